//! `resources.resx`: the texts that `Extension.LoadString` gives, in .NET's format ResX 2.0.

/// The name of the file, which Power Query knows.
pub const PATH: &str = "resources.resx";

/// The schema stands in the file because programs that edit it look for it; Power Query reads the data alone.
const HEAD: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<root>
  <xsd:schema id="root" xmlns="" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:msdata="urn:schemas-microsoft-com:xml-msdata">
    <xsd:import namespace="http://www.w3.org/XML/1998/namespace" />
    <xsd:element name="root" msdata:IsDataSet="true">
      <xsd:complexType>
        <xsd:choice maxOccurs="unbounded">
          <xsd:element name="data">
            <xsd:complexType>
              <xsd:sequence>
                <xsd:element name="value" type="xsd:string" minOccurs="0" msdata:Ordinal="1" />
                <xsd:element name="comment" type="xsd:string" minOccurs="0" msdata:Ordinal="2" />
              </xsd:sequence>
              <xsd:attribute name="name" type="xsd:string" use="required" msdata:Ordinal="1" />
              <xsd:attribute name="type" type="xsd:string" msdata:Ordinal="3" />
              <xsd:attribute name="mimetype" type="xsd:string" msdata:Ordinal="4" />
              <xsd:attribute ref="xml:space" />
            </xsd:complexType>
          </xsd:element>
          <xsd:element name="resheader">
            <xsd:complexType>
              <xsd:sequence>
                <xsd:element name="value" type="xsd:string" minOccurs="0" msdata:Ordinal="1" />
              </xsd:sequence>
              <xsd:attribute name="name" type="xsd:string" use="required" />
            </xsd:complexType>
          </xsd:element>
        </xsd:choice>
      </xsd:complexType>
    </xsd:element>
  </xsd:schema>
  <resheader name="resmimetype">
    <value>text/microsoft-resx</value>
  </resheader>
  <resheader name="version">
    <value>2.0</value>
  </resheader>
  <resheader name="reader">
    <value>System.Resources.ResXResourceReader, System.Windows.Forms, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089</value>
  </resheader>
  <resheader name="writer">
    <value>System.Resources.ResXResourceWriter, System.Windows.Forms, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089</value>
  </resheader>
"#;

/// The file with these keys and texts.
pub fn write<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut file = HEAD.to_owned();
    for (key, text) in texts {
        file.push_str("  <data name=\"");
        push_escaped(&mut file, key);
        file.push_str("\" xml:space=\"preserve\">\n    <value>");
        push_escaped(&mut file, text);
        file.push_str("</value>\n  </data>\n");
    }
    file.push_str("</root>\n");
    file
}

/// Appends text as an element or an attribute holds it. What XML can't hold at all is left out.
pub(crate) fn push_escaped(xml: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            // Raw, a reader would turn it into a line feed.
            '\r' => xml.push_str("&#13;"),
            // Raw, a reader would turn them into blanks in an attribute.
            '\n' => xml.push_str("&#10;"),
            '\t' => xml.push_str("&#9;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            other => xml.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> String {
        let mut xml = String::new();
        push_escaped(&mut xml, text);
        xml
    }

    #[test]
    fn texts_stand_under_their_keys() {
        let file = write([("ButtonTitle", "Pqrun"), ("ButtonHelp", "Runs a job & reads it")]);
        assert!(file.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<root>\n"));
        assert!(file.ends_with(
            "  <data name=\"ButtonTitle\" xml:space=\"preserve\">\n    <value>Pqrun</value>\n  </data>\n  \
             <data name=\"ButtonHelp\" xml:space=\"preserve\">\n    <value>Runs a job &amp; reads it</value>\n  </data>\n\
             </root>\n"
        ));
    }

    #[test]
    fn no_text_can_end_its_element_or_attribute() {
        assert_eq!(escaped("</value>\"]]>&amp;"), "&lt;/value&gt;&quot;]]&gt;&amp;amp;");
    }

    #[test]
    fn line_ends_and_tabs_survive_and_other_controls_do_not() {
        assert_eq!(escaped("a\r\nb\tc"), "a&#13;&#10;b&#9;c");
        assert_eq!(escaped("\u{0}\u{1}\u{8}\u{b}\u{1f}\u{fffe}\u{ffff}é😀"), "é😀");
    }
}
