//! What stands beside a section document in a connector's project: what makes the Power Query SDK build and try it.

use super::GeneratedFile;
use super::icons::ICONS;
use super::name::ConnectorName;
use super::resources;

/// Where the SDK puts the archive, as it expects it itself.
const BUILT: &str = r"bin\AnyCPU\Debug";

/// The whole project: the section document, an expression to try it with, the texts, the icons, and what builds it.
///
/// `texts` are the keys and texts for `Extension.LoadString`.
#[must_use]
pub fn files<'a>(
    name: &ConnectorName,
    document: String,
    query: String,
    texts: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<GeneratedFile> {
    let mut files = vec![
        GeneratedFile::new(name.document(), document),
        GeneratedFile::new([name.as_str(), ".query.pq"].concat(), query),
        GeneratedFile::new(resources::PATH, resources::write(texts)),
    ];
    files.extend(
        ICONS
            .iter()
            .map(|icon| GeneratedFile::new(name.icon(icon.pixels), icon.png)),
    );
    files.push(GeneratedFile::new([name.as_str(), ".proj"].concat(), build(name)));
    files.push(GeneratedFile::new(".vscode/settings.json", settings(name)));
    files
}

/// The paths of the files that belong into the archive of a connector, in the order in which they stand there.
#[must_use]
pub fn archived(name: &ConnectorName) -> Vec<String> {
    let mut paths = vec![name.document(), resources::PATH.to_owned()];
    paths.extend(ICONS.iter().map(|icon| name.icon(icon.pixels)));
    paths
}

/// Whether a file of a project belongs into the archive. What is in a folder, tries the connector or builds it does not.
#[must_use]
pub fn is_archived(path: &str) -> bool {
    let ends = |ending| path.ends_with(ending);
    !path.contains('/') && (ends(".png") || ends(".resx") || ends(".pq") && !ends(".query.pq"))
}

/// What MSBuild makes the archive by. The name needs no escape in XML.
fn build(name: &ConnectorName) -> String {
    let content: String = archived(name)
        .iter()
        .map(|path| format!("    <MezContent Include=\"{path}\" />\n"))
        .collect();
    let archive = name.archive();
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<Project ToolsVersion="Current" xmlns="http://schemas.microsoft.com/developer/msbuild/2003" DefaultTargets="BuildMez">
  <PropertyGroup>
    <OutputPath Condition="'$(OutputPath)' == ''">$(MSBuildProjectDirectory)\{BUILT}\</OutputPath>
    <IntermediateOutputPath Condition="'$(IntermediateOutputPath)' == ''">$(MSBuildProjectDirectory)\obj\</IntermediateOutputPath>
    <MezFolder>$(IntermediateOutputPath)MEZ\</MezFolder>
    <MezFile>$(OutputPath){archive}</MezFile>
  </PropertyGroup>
  <ItemGroup>
{content}  </ItemGroup>
  <Target Name="BuildMez" AfterTargets="Build" Inputs="@(MezContent)" Outputs="$(MezFile)">
    <RemoveDir Directories="$(MezFolder)" />
    <Copy SourceFiles="@(MezContent)" DestinationFolder="$(MezFolder)" />
    <MakeDir Directories="$(OutputPath)" />
    <ZipDirectory SourceDirectory="$(MezFolder)" DestinationFile="$(MezFile)" Overwrite="true" />
  </Target>
  <Target Name="Clean">
    <RemoveDir Directories="$(MezFolder)" />
    <Delete Files="$(MezFile)" />
  </Target>
</Project>
"#
    )
}

/// What tells the SDK's extension of Visual Studio Code which files it is about. The name needs no escape in JSON.
fn settings(name: &ConnectorName) -> String {
    let built = BUILT.replace('\\', r"\\");
    format!(
        r#"{{
  "powerquery.general.mode": "SDK",
  "powerquery.sdk.defaultExtension": "${{workspaceFolder}}\\{built}\\{name}.mez",
  "powerquery.sdk.defaultQueryFile": "${{workspaceFolder}}\\{name}.query.pq"
}}
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name() -> ConnectorName {
        ConnectorName::parse("Orders").expect("it is a name")
    }

    fn text(path: &str) -> String {
        let files = files(&name(), "section Orders;\n".into(), "1\n".into(), [("K", "v")]);
        let found = files.into_iter().find(|file| file.path == path).expect(path);
        String::from_utf8(found.content).expect("it is text")
    }

    #[test]
    fn a_project_has_all_its_files_once() {
        let files = files(&name(), String::new(), String::new(), []);
        let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "Orders.pq",
                "Orders.query.pq",
                "resources.resx",
                "Orders16.png",
                "Orders20.png",
                "Orders24.png",
                "Orders32.png",
                "Orders40.png",
                "Orders48.png",
                "Orders64.png",
                "Orders80.png",
                "Orders.proj",
                ".vscode/settings.json"
            ]
        );
        let belong: Vec<_> = paths.into_iter().filter(|path| is_archived(path)).collect();
        assert_eq!(belong, archived(&name()));
    }

    #[test]
    fn the_build_packs_what_belongs_into_the_archive_and_nothing_else() {
        let build = text("Orders.proj");
        let packed: Vec<_> = build
            .lines()
            .filter_map(|line| {
                line.trim()
                    .strip_prefix("<MezContent Include=\"")?
                    .strip_suffix("\" />")
            })
            .collect();
        assert_eq!(packed, archived(&name()));
        assert!(
            !packed
                .iter()
                .any(|path| path.contains(".query.") || path.contains(".proj"))
        );
    }

    #[test]
    fn the_settings_name_what_the_build_makes() {
        let settings: serde_json::Value = serde_json::from_str(&text(".vscode/settings.json")).expect("it is JSON");
        let build = text("Orders.proj");
        let built = settings["powerquery.sdk.defaultExtension"].as_str().expect("a path");
        let folder = built
            .strip_prefix(r"${workspaceFolder}\")
            .and_then(|path| path.strip_suffix("Orders.mez"))
            .expect("a path in the workspace");
        assert!(
            build.contains(&format!(r"$(MSBuildProjectDirectory)\{folder}<")),
            "{folder}"
        );
        assert_eq!(
            settings["powerquery.sdk.defaultQueryFile"],
            r"${workspaceFolder}\Orders.query.pq"
        );
    }

    #[test]
    fn the_texts_are_beside_the_document() {
        assert!(text("resources.resx").contains("<data name=\"K\""));
        assert_eq!(text("Orders.pq"), "section Orders;\n");
    }
}
