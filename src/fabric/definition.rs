//! What a pipeline declares about itself.

use serde::Serialize;
use serde_json::Value;

use crate::error::Error;
use crate::json;

/// The part of a definition that holds the pipeline.
const CONTENT: &str = "pipeline-content.json";

/// The part that every kind of item has.
const PLATFORM: &str = ".platform";

/// The type whose values are secrets. Its default is one too.
const SECRET: &str = "securestring";

/// A pipeline's name, what it is for, and the parameters it declares.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(
    all(target_family = "wasm", feature = "client"),
    derive(tsify::Tsify),
    tsify(rename = "FabricPipelineDefinition")
)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PipelineDefinition {
    /// The pipeline's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub name: Option<String>,
    /// What its owner says about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub description: Option<String>,
    /// Its parameters, in the service's order.
    pub parameters: Vec<FabricPipelineParameter>,
}

/// A pipeline's parameter.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[non_exhaustive]
pub struct FabricPipelineParameter {
    /// Its name.
    pub name: String,
    /// In the service's words: `string`, `int`, `float`, `bool`, `object`, `array`, `securestring`.
    pub r#type: String,
    /// What counts if a start does not give it. That of a secret is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional, type = "unknown"))]
    pub default: Option<Value>,
}

impl PipelineDefinition {
    /// Reads the answer of `getDefinition`.
    ///
    /// # Errors
    /// There is no pipeline in it.
    pub fn parse(answer: &Value) -> Result<Self, Error> {
        let definition = answer.get("definition").unwrap_or(&Value::Null);
        let part = |path: &str| {
            let found = json::array(definition, "parts")
                .iter()
                .find(|part| json::text(part, "path") == Some(path))?;
            serde_json::from_slice::<Value>(&decode(json::text(found, "payload")?)?).ok()
        };
        let content = part(CONTENT).ok_or_else(|| json::missing(CONTENT, None))?;
        let platform = part(PLATFORM).unwrap_or_default();
        let metadata = platform.get("metadata").unwrap_or(&Value::Null);
        let declared = content.get("properties").and_then(|it| json::map(it, "parameters"));
        Ok(Self {
            name: json::string(metadata, "displayName"),
            description: json::string(metadata, "description"),
            parameters: declared.into_iter().flatten().map(parameter).collect(),
        })
    }
}

fn parameter((name, declared): (&String, &Value)) -> FabricPipelineParameter {
    let mut kind = json::string(declared, "type").unwrap_or_else(|| "string".to_owned());
    kind.make_ascii_lowercase();
    let default = json::member(declared, "defaultValue").cloned();
    FabricPipelineParameter {
        name: name.clone(),
        default: default.filter(|_| kind != SECRET),
        r#type: kind,
    }
}

/// The bytes behind base64 of the usual alphabet, with or without padding.
fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0_u32, 0);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn base64_is_decoded() {
        for (text, bytes) in [
            ("", &b""[..]),
            ("TQ==", b"M"),
            ("TWE=", b"Ma"),
            ("TWFu", b"Man"),
            ("TWE", b"Ma"),
            ("TW\r\nFu", b"Man"),
            ("+/8=", b"\xfb\xff"),
        ] {
            assert_eq!(decode(text).as_deref(), Some(bytes), "{text}");
        }
        assert_eq!(decode("T-E="), None);
    }

    #[test]
    fn a_definition_without_a_pipeline_is_refused() {
        for answer in [
            json!({}),
            json!({"definition": {"parts": []}}),
            json!({"definition": {"parts": [{"path": "pipeline-content.json", "payload": "?"}]}}),
            json!({"definition": {"parts": [{"path": "pipeline-content.json", "payload": "e30"}]}}),
        ] {
            let read = PipelineDefinition::parse(&answer);
            // The last one is `{}`: a pipeline that declares nothing.
            assert_eq!(read.is_ok(), answer.to_string().contains("e30"), "{answer}");
        }
    }
}
