// What depends on a culture: names, patterns and separators, as .NET has them.

import { raise } from "../value.mjs";

/**
 * @typedef {object} Culture
 * @property {string} name
 * @property {string} decimal
 * @property {string} group
 * @property {string} currency
 * @property {number} currencyDigits
 * @property {string} currencyPattern `$n`, `n $`, …
 * @property {string} negativeCurrencyPattern
 * @property {string} percentPattern
 * @property {string} negativePercentPattern
 * @property {string} shortDate
 * @property {string} longDate
 * @property {string} shortTime
 * @property {string} longTime
 * @property {string} monthDay
 * @property {string} yearMonth
 * @property {string} dateSeparator
 * @property {string[]} months
 * @property {string[]} shortMonths
 * @property {string[] | null} genitiveMonths As they stand beside a day, if that is another form.
 * @property {string[]} days From Sunday.
 * @property {string[]} shortDays
 * @property {string} am
 * @property {string} pm
 * @property {0 | 1 | 6} firstDay Of the week; 0 is Sunday.
 * @property {string | null} calendar Of `Intl`, if it is not the Gregorian one.
 */

export const CURRENT = "en-US";

/** @param {string} text */
const words = (text) => text.split(" ");

const ENGLISH = {
  months: words("January February March April May June July August September October November December"),
  shortMonths: words("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
  days: words("Sunday Monday Tuesday Wednesday Thursday Friday Saturday"),
  shortDays: words("Sun Mon Tue Wed Thu Fri Sat"),
};

/** @type {Culture} */
const AMERICAN = {
  name: "en-US",
  decimal: ".",
  group: ",",
  currency: "$",
  currencyDigits: 2,
  currencyPattern: "$n",
  negativeCurrencyPattern: "($n)",
  percentPattern: "n %",
  negativePercentPattern: "-n %",
  shortDate: "M/d/yyyy",
  longDate: "dddd, MMMM d, yyyy",
  shortTime: "h:mm tt",
  longTime: "h:mm:ss tt",
  monthDay: "MMMM d",
  yearMonth: "MMMM yyyy",
  dateSeparator: "/",
  ...ENGLISH,
  genitiveMonths: null,
  am: "AM",
  pm: "PM",
  firstDay: 0,
  calendar: null,
};

const EURO = { currency: "€", currencyPattern: "n $", negativeCurrencyPattern: "-n $" };
const TWENTY_FOUR = { shortTime: "HH:mm", longTime: "HH:mm:ss" };

/** What differs from en-US; keys are languages or cultures. @type {Record<string, Partial<Culture>>} */
const CULTURES = {
  "": {
    currency: "¤", negativeCurrencyPattern: "($n)", shortDate: "MM/dd/yyyy", longDate: "dddd, dd MMMM yyyy",
    ...TWENTY_FOUR, monthDay: "MMMM dd", yearMonth: "yyyy MMMM",
  },
  "en-GB": {
    currency: "£", negativeCurrencyPattern: "-$n", percentPattern: "n%", negativePercentPattern: "-n%",
    shortDate: "dd/MM/yyyy", longDate: "dd MMMM yyyy", ...TWENTY_FOUR, monthDay: "d MMMM", firstDay: 1,
  },
  "en-AU": { negativeCurrencyPattern: "-$n", shortDate: "d/MM/yyyy", longDate: "dddd, d MMMM yyyy", firstDay: 1 },
  "en-CA": { negativeCurrencyPattern: "-$n", shortDate: "yyyy-MM-dd", dateSeparator: "-" },
  "en-IE": { currency: "€", negativeCurrencyPattern: "-$n", shortDate: "dd/MM/yyyy", ...TWENTY_FOUR, firstDay: 1 },
  "en-IN": { currency: "₹", shortDate: "dd-MM-yyyy", dateSeparator: "-", firstDay: 1 },
  "en-NZ": { negativeCurrencyPattern: "-$n", shortDate: "d/MM/yyyy", firstDay: 1 },
  de: {
    decimal: ",", group: ".", ...EURO, shortDate: "dd.MM.yyyy", longDate: "dddd, d. MMMM yyyy", ...TWENTY_FOUR,
    monthDay: "d. MMMM", dateSeparator: ".", firstDay: 1, am: "", pm: "",
    months: words("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
    shortMonths: words("Jan Feb Mrz Apr Mai Jun Jul Aug Sep Okt Nov Dez"),
    days: words("Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag"),
    shortDays: words("So Mo Di Mi Do Fr Sa"),
  },
  "de-CH": { decimal: ".", group: "’", currency: "CHF", currencyPattern: "$ n", negativeCurrencyPattern: "$-n" },
  fr: {
    decimal: ",", group: "\u00a0", ...EURO, shortDate: "dd/MM/yyyy", longDate: "dddd d MMMM yyyy", ...TWENTY_FOUR,
    monthDay: "d MMMM", firstDay: 1, am: "", pm: "",
    months: words("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
    shortMonths: words("janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc."),
    days: words("dimanche lundi mardi mercredi jeudi vendredi samedi"),
    shortDays: words("dim. lun. mar. mer. jeu. ven. sam."),
  },
  "fr-CA": { currency: "$", negativeCurrencyPattern: "(n $)", shortDate: "yyyy-MM-dd", dateSeparator: "-" },
  "fr-BE": { group: ".", shortDate: "dd-MM-yy", dateSeparator: "-" },
  es: {
    decimal: ",", group: ".", ...EURO, shortDate: "dd/MM/yyyy", longDate: "dddd, d' de 'MMMM' de 'yyyy",
    shortTime: "H:mm", longTime: "H:mm:ss", monthDay: "d' de 'MMMM", yearMonth: "MMMM' de 'yyyy", firstDay: 1,
    am: "", pm: "",
    months: words("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
    shortMonths: words("ene. feb. mar. abr. may. jun. jul. ago. sep. oct. nov. dic."),
    days: words("domingo lunes martes miércoles jueves viernes sábado"),
    shortDays: words("do. lu. ma. mi. ju. vi. sá."),
  },
  "es-MX": { decimal: ".", group: ",", currency: "$", currencyPattern: "$n", negativeCurrencyPattern: "-$n" },
  it: {
    decimal: ",", group: ".", ...EURO, shortDate: "dd/MM/yyyy", longDate: "dddd d MMMM yyyy", ...TWENTY_FOUR,
    monthDay: "d MMMM", firstDay: 1, am: "", pm: "",
    months: words(
      "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    ),
    shortMonths: words("gen feb mar apr mag giu lug ago set ott nov dic"),
    days: words("domenica lunedì martedì mercoledì giovedì venerdì sabato"),
    shortDays: words("dom lun mar mer gio ven sab"),
  },
  da: {
    decimal: ",", group: ".", currency: "kr.", currencyPattern: "n $", negativeCurrencyPattern: "-n $",
    shortDate: "dd-MM-yyyy", longDate: "d. MMMM yyyy", ...TWENTY_FOUR, monthDay: "d. MMMM", dateSeparator: "-",
    firstDay: 1, am: "", pm: "",
    months: words("januar februar marts april maj juni juli august september oktober november december"),
    shortMonths: words("jan feb mar apr maj jun jul aug sep okt nov dec"),
    days: words("søndag mandag tirsdag onsdag torsdag fredag lørdag"),
    shortDays: words("sø ma ti on to fr lø"),
  },
  nl: {
    decimal: ",", group: ".", currency: "€", currencyPattern: "$ n", negativeCurrencyPattern: "$ -n",
    shortDate: "d-M-yyyy", longDate: "dddd d MMMM yyyy", ...TWENTY_FOUR, monthDay: "d MMMM", dateSeparator: "-",
    firstDay: 1, am: "", pm: "",
    months: words("januari februari maart april mei juni juli augustus september oktober november december"),
    shortMonths: words("jan feb mrt apr mei jun jul aug sep okt nov dec"),
    days: words("zondag maandag dinsdag woensdag donderdag vrijdag zaterdag"),
    shortDays: words("zo ma di wo do vr za"),
  },
  "nl-BE": { shortDate: "d/MM/yyyy", shortTime: "H:mm", longTime: "H:mm:ss", dateSeparator: "/" },
  pt: {
    decimal: ",", group: ".", ...EURO, shortDate: "dd/MM/yyyy", longDate: "d' de 'MMMM' de 'yyyy", ...TWENTY_FOUR,
    monthDay: "d' de 'MMMM", yearMonth: "MMMM' de 'yyyy", firstDay: 1, am: "", pm: "",
    months: words("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"),
    shortMonths: words("jan fev mar abr mai jun jul ago set out nov dez"),
    days: words("domingo segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado"),
    shortDays: words("dom seg ter qua qui sex sáb"),
  },
  "pt-BR": {
    currency: "R$", currencyPattern: "$ n", negativeCurrencyPattern: "-$ n", firstDay: 0,
    longDate: "dddd, d' de 'MMMM' de 'yyyy",
  },
  sv: {
    decimal: ",", group: "\u00a0", currency: "kr", currencyPattern: "n $", negativeCurrencyPattern: "-n $",
    shortDate: "yyyy-MM-dd", longDate: "'den 'd MMMM yyyy", ...TWENTY_FOUR, monthDay: "'den 'd MMMM",
    dateSeparator: "-", firstDay: 1, am: "", pm: "",
    months: words("januari februari mars april maj juni juli augusti september oktober november december"),
    shortMonths: words("jan feb mar apr maj jun jul aug sep okt nov dec"),
    days: words("söndag måndag tisdag onsdag torsdag fredag lördag"),
    shortDays: words("sön mån tis ons tor fre lör"),
  },
  ru: {
    decimal: ",", group: "\u00a0", currency: "₽", currencyPattern: "n $", negativeCurrencyPattern: "-n $",
    shortDate: "dd.MM.yyyy", longDate: "dddd, d MMMM yyyy 'г.'", shortTime: "H:mm", longTime: "H:mm:ss",
    monthDay: "d MMMM", dateSeparator: ".", firstDay: 1, am: "", pm: "",
    months: words("Январь Февраль Март Апрель Май Июнь Июль Август Сентябрь Октябрь Ноябрь Декабрь"),
    genitiveMonths: words("января февраля марта апреля мая июня июля августа сентября октября ноября декабря"),
    shortMonths: words("янв фев мар апр май июн июл авг сен окт ноя дек"),
    days: words("воскресенье понедельник вторник среда четверг пятница суббота"),
    shortDays: words("Вс Пн Вт Ср Чт Пт Сб"),
  },
  ja: {
    currency: "¥", currencyDigits: 0, negativeCurrencyPattern: "-$n", percentPattern: "n%",
    negativePercentPattern: "-n%", shortDate: "yyyy/MM/dd", longDate: "yyyy'年'M'月'd'日'", shortTime: "H:mm", longTime: "H:mm:ss",
    monthDay: "M'月'd'日'", yearMonth: "yyyy'年'M'月'", am: "午前", pm: "午後",
    months: words("1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月"),
    shortMonths: words("1 2 3 4 5 6 7 8 9 10 11 12"),
    days: words("日曜日 月曜日 火曜日 水曜日 木曜日 金曜日 土曜日"),
    shortDays: words("日 月 火 水 木 金 土"),
  },
  "zh-CN": {
    currency: "¥", negativeCurrencyPattern: "$-n", percentPattern: "n%", negativePercentPattern: "-n%",
    shortDate: "yyyy/M/d", longDate: "yyyy'年'M'月'd'日'", shortTime: "H:mm", longTime: "H:mm:ss",
    monthDay: "M'月'd'日'", yearMonth: "yyyy'年'M'月'", am: "上午", pm: "下午", firstDay: 1,
    months: words("一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月"),
    shortMonths: words("1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月"),
    days: words("星期日 星期一 星期二 星期三 星期四 星期五 星期六"),
    shortDays: words("周日 周一 周二 周三 周四 周五 周六"),
  },
  // Of the tables that ICU has, this one agrees with the table of .NET for its Um Al Qura calendar.
  "ar-SA": { shortDate: "dd/MM/yy", calendar: "islamic-tbla" },
};

/** @type {Map<string, Culture>} */
const made = new Map();

/**
 * The culture of a name; null is the current one. Names that .NET would not know are an error.
 *
 * @param {string | null} name
 * @returns {Culture}
 */
export function cultureOf(name) {
  const wanted = name ?? CURRENT;
  let culture = made.get(wanted);
  if (culture === undefined) {
    culture = make(wanted);
    made.set(wanted, culture);
  }
  return culture;
}

/** @param {string} name @returns {Culture} */
function make(name) {
  if (name === "") return { ...AMERICAN, ...CULTURES[""], name };
  let canonical;
  try {
    [canonical] = Intl.getCanonicalLocales(name);
  } catch {
    raise("Expression.Error", `The culture '${name}' isn't supported.`, name);
  }
  const language = canonical.split("-")[0];
  if (language === "en" || language in CULTURES || canonical in CULTURES) {
    return { ...AMERICAN, ...CULTURES[language], ...CULTURES[canonical], name: canonical };
  }
  return fromIntl(canonical);
}

/**
 * A culture that is not written down here: names and patterns of ICU, which .NET differs from in places.
 *
 * @param {string} name
 * @returns {Culture}
 */
function fromIntl(name) {
  const locale = `${name}-u-ca-gregory-nu-latn`;
  /** @param {Intl.DateTimeFormatOptions} options @param {Date} date */
  const format = (options, date) => new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" }).format(date);
  /** @param {"long" | "short"} month */
  const monthNames = (month) => ENGLISH.months.map((_, at) => format({ month }, new Date(Date.UTC(2023, at, 1))));
  /** @param {"long" | "short"} weekday */
  const dayNames = (weekday) => ENGLISH.days.map((_, at) => format({ weekday }, new Date(Date.UTC(2023, 0, 1 + at))));
  /** @param {Intl.DateTimeFormatOptions} options */
  const parts = (options) =>
    new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" }).formatToParts(new Date(Date.UTC(2023, 4, 1, 13)));
  const shortDate = parts({ year: "numeric", month: "2-digit", day: "2-digit" });
  const beside = ENGLISH.months.map((_, at) => {
    const date = new Date(Date.UTC(2023, at, 1));
    const named = new Intl.DateTimeFormat(locale, { month: "long", day: "numeric", timeZone: "UTC" }).formatToParts(date);
    return named.find(({ type }) => type === "month")?.value ?? "";
  });
  const months = monthNames("long");
  const numbers = new Intl.NumberFormat(`${name}-u-nu-latn`).formatToParts(-12345.6);
  /** @param {string} type */
  const separator = (type) => numbers.find((part) => part.type === type)?.value;
  return {
    ...AMERICAN,
    name,
    decimal: separator("decimal") ?? ".",
    group: separator("group") ?? "\u00a0",
    shortDate: patternOf(shortDate),
    dateSeparator: shortDate.find(({ type }) => type === "literal")?.value.trim() ?? "/",
    longDate: patternOf(parts({ weekday: "long", year: "numeric", month: "long", day: "numeric" })),
    monthDay: patternOf(parts({ month: "long", day: "numeric" })),
    yearMonth: patternOf(parts({ year: "numeric", month: "long" })),
    shortTime: patternOf(parts({ hour: "numeric", minute: "2-digit" })),
    longTime: patternOf(parts({ hour: "numeric", minute: "2-digit", second: "2-digit" })),
    months,
    genitiveMonths: beside.every((one, at) => one === months[at]) ? null : beside,
    shortMonths: monthNames("short"),
    days: dayNames("long"),
    shortDays: dayNames("short"),
    firstDay: 1,
  };
}

/**
 * The pattern of .NET for what ICU has formatted.
 *
 * @param {Intl.DateTimeFormatPart[]} parts Of the first of May, one in the afternoon.
 */
function patternOf(parts) {
  const written = parts.map(({ type, value }) => {
    switch (type) {
      case "weekday":
        return "dddd";
      case "year":
        return "yyyy";
      case "month":
        return /^\d+$/.test(value) ? "M".repeat(value.length) : "MMMM";
      case "day":
        return "d".repeat(value.length);
      case "hour":
        return value.startsWith("13") ? "HH" : "h";
      case "minute":
        return "mm";
      case "second":
        return "ss";
      case "dayPeriod":
        return "tt";
      default:
        return value.replace(/\p{L}+/gu, "'$&'");
    }
  });
  return written.join("").replaceAll("''", "").trim();
}
