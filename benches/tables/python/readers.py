"""Readers of JSON in Python, on the files that write.mjs makes: milliseconds as JSON on standard output.

    python readers.py [--samples 15] FILE…

Each reader is checked against orjson, cell by cell, before the clock runs. One that fails, or gives other values, is
named on standard error; what gives other values is still measured. All take turns in an order of chance.
"""

import argparse
import gc
import io
import json
import math
import pathlib
import random
import statistics
import sys
import time

import numpy
import orjson
import pandas
import polars
import pyarrow
import pyarrow.json

WARM_UP = 3


def readers(rows, lines):
    """The readers by name: `rows` is the array of objects in bytes, `lines` an object per line."""
    return {
        "orjson.loads": lambda: orjson.loads(rows),
        "orjson, pandas.DataFrame": lambda: pandas.DataFrame(orjson.loads(rows)),
        "json.loads": lambda: json.loads(rows),
        "pandas.read_json": lambda: pandas.read_json(io.BytesIO(rows)),
        "pyarrow.json, lines": lambda: pyarrow.json.read_json(io.BytesIO(lines)),
        "polars.read_json": lambda: polars.read_json(io.BytesIO(rows), infer_schema_length=None),
        "polars.read_ndjson, lines": lambda: polars.read_ndjson(io.BytesIO(lines), infer_schema_length=None),
    }


def columns(table):
    """Names and values of whatever a reader gave."""
    if isinstance(table, list):
        names = dict.fromkeys(name for row in table for name in row)
        return {name: [row.get(name) for row in table] for name in names}
    if isinstance(table, pandas.DataFrame):
        return {name: table[name].astype(object).tolist() for name in table.columns}
    if isinstance(table, pyarrow.Table):
        return {name: table[name].to_pylist() for name in table.column_names}
    return {name: table[name].to_list() for name in table.columns}


def same(value, found):
    """Whether a reader gave the value, be it in another type."""
    if value is None:
        # pandas has no other null.
        return found is None or (isinstance(found, float) and math.isnan(found))
    if isinstance(value, str) and not isinstance(found, str):
        # Some find points in time, as ours does.
        return pandas.Timestamp(value).tz_localize(None) == pandas.Timestamp(found).tz_localize(None)
    if isinstance(found, numpy.generic):
        found = found.item()
    return value == found


def check(rows, table):
    """Says what is wrong with a table, or nothing."""
    expected, found = columns(rows), columns(table)
    if set(expected) != set(found):
        return "other columns"
    # All cells of what is read in tens of milliseconds; of more, as many.
    step = 1 + len(expected) * len(rows) // 1_000_000
    for name, values in expected.items():
        if len(values) != len(found[name]):
            return f"{name}: expected {len(values)} rows, found {len(found[name])}"
        for row in range(0, len(values), step):
            value, cell = values[row], found[name][row]
            if not same(value, cell):
                return f"{name}, row {row}: expected {value!r}, found {cell!r}"
    return None


def measure(file, samples):
    rows = file.read_bytes()
    parsed = orjson.loads(rows)
    # The rows are on lines of their own already, within brackets and with commas.
    lines = rows[1:-1].replace(b"},\n{", b"}\n{")
    assert len(lines.splitlines()) == len(parsed)
    contest, notes = {}, {}
    for name, read in readers(rows, lines).items():
        try:
            wrong = check(parsed, read())
        except Exception as error:  # Whatever a reader throws, the others go on.
            notes[name] = f"{type(error).__name__}: {error}".splitlines()[0][:200]
            continue
        if wrong:
            notes[name] = wrong
        contest[name] = read
    del parsed
    for read in contest.values():
        for _ in range(WARM_UP):
            read()
    times = {name: [] for name in contest}
    for _ in range(samples):
        for name in random.sample(list(contest), len(contest)):
            gc.collect()
            start = time.perf_counter()
            table = contest[name]()
            times[name].append((time.perf_counter() - start) * 1000)
            del table
    for name, note in notes.items():
        print(f"  {name}: {note}", file=sys.stderr)
    for name, taken in times.items():
        print(f"  {name:<28} {statistics.median(taken):9.2f} ms", file=sys.stderr)
    return {"file": file.stem, "bytes": len(rows), "times": times, "notes": notes}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=15)
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    results = []
    for file in options.files:
        print(f"{file.stem} in Python", file=sys.stderr)
        results.append(measure(file, options.samples))
    versions = {
        "python": sys.version.split()[0],
        **{module.__name__: module.__version__ for module in (orjson, pandas, polars, pyarrow)},
    }
    print(json.dumps({"versions": versions, "results": results}))


if __name__ == "__main__":
    main()
