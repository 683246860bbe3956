//! The readers that are compared: each from the bytes of a text to columns.

use anyhow::{Context, Result, bail};
use pqrun_table::{JsonPath, Table};
use serde::Deserialize;
use serde::de::DeserializeSeed;
use simd_json::{Node, StaticNode};

use crate::columns::{Columns, Scalar};
use crate::visitor::Rows;

/// Where the rows are in the text.
#[derive(Clone, Copy, PartialEq)]
pub enum Place {
    /// They are the text.
    Whole,
    /// They are a text in what get-output answers.
    Envelope,
}

/// What get-output answers, as far as one has to know. Each text is unescaped by the reader.
#[derive(Deserialize)]
struct Envelope {
    notebook_output: NotebookOutput,
}

#[derive(Deserialize)]
struct NotebookOutput {
    result: String,
}

pub fn ours(bytes: &[u8], place: Place) -> Result<Table> {
    let path = match place {
        Place::Whole => JsonPath::root(),
        Place::Envelope => JsonPath::parse("$.notebook_output.result")?,
    };
    Ok(Table::from_json(bytes, &path)?)
}

pub fn sonic(bytes: &[u8], place: Place) -> Result<Columns> {
    let mut columns = Columns::default();
    if place == Place::Envelope {
        let envelope: Envelope = sonic_rs::from_slice(bytes)?;
        let mut deserializer = sonic_rs::Deserializer::from_str(&envelope.notebook_output.result);
        Rows(&mut columns).deserialize(&mut deserializer)?;
    } else {
        let mut deserializer = sonic_rs::Deserializer::from_slice(bytes);
        Rows(&mut columns).deserialize(&mut deserializer)?;
        deserializer.end()?;
    }
    Ok(columns)
}

/// As [`sonic`], and then the same types as ours: texts that are points in time become these.
pub fn sonic_same_types(bytes: &[u8], place: Place) -> Result<Columns> {
    let mut columns = sonic(bytes, place)?;
    columns.find_timestamps();
    Ok(columns)
}

pub fn serde(bytes: &[u8], place: Place) -> Result<Columns> {
    let mut columns = Columns::default();
    if place == Place::Envelope {
        let envelope: Envelope = serde_json::from_slice(bytes)?;
        let mut deserializer = serde_json::Deserializer::from_str(&envelope.notebook_output.result);
        Rows(&mut columns).deserialize(&mut deserializer)?;
        deserializer.end()?;
    } else {
        let mut deserializer = serde_json::Deserializer::from_slice(bytes);
        Rows(&mut columns).deserialize(&mut deserializer)?;
        deserializer.end()?;
    }
    Ok(columns)
}

/// simd-json writes into its input, so the copy that it needs belongs to it: ours leaves the bytes alone.
pub fn simd(bytes: &[u8], place: Place) -> Result<Columns> {
    let mut bytes = match place {
        Place::Whole => bytes.to_vec(),
        Place::Envelope => {
            let envelope: Envelope = simd_json::serde::from_slice(&mut bytes.to_vec())?;
            envelope.notebook_output.result.into_bytes()
        }
    };
    let tape = simd_json::to_tape(&mut bytes)?.0;
    let mut columns = Columns::default();
    let mut nodes = tape.iter();
    let Some(Node::Array { len, .. }) = nodes.next() else {
        bail!("expected an array");
    };
    for _ in 0..*len {
        let Some(Node::Object { len, .. }) = nodes.next() else {
            bail!("expected an object in each row");
        };
        columns.begin_row();
        for _ in 0..*len {
            let Some(Node::String(key)) = nodes.next() else {
                bail!("expected a key");
            };
            let column = columns.place(key);
            match nodes.next().context("expected a value")? {
                Node::String(text) => columns.push_text(column, text)?,
                Node::Static(value) => columns.push(column, scalar(*value)?)?,
                _ => bail!("expected no nested value"),
            }
        }
        columns.end_row();
    }
    columns.finish();
    Ok(columns)
}

fn scalar(value: StaticNode) -> Result<Scalar> {
    Ok(match value {
        StaticNode::Null => Scalar::Null,
        StaticNode::Bool(value) => Scalar::Bool(value),
        StaticNode::I64(value) => Scalar::Int64(value),
        StaticNode::U64(value) => Scalar::Int64(i64::try_from(value)?),
        StaticNode::F64(value) => Scalar::Float64(value),
    })
}

/// The rows as serde_json has them, to check the others against.
pub fn rows(bytes: &[u8], place: Place) -> Result<Vec<serde_json::Map<String, serde_json::Value>>> {
    Ok(match place {
        Place::Whole => serde_json::from_slice(bytes)?,
        Place::Envelope => {
            let envelope: Envelope = serde_json::from_slice(bytes)?;
            serde_json::from_str(&envelope.notebook_output.result)?
        }
    })
}
