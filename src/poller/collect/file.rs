//! Files that outputs name: read within the time for outputs and a time of their own, and never able to change the
//! outcome.

use crate::contract::Call;
use crate::error::{Error, ErrorCode};
use crate::file::reader::{Ask, FileReader};
use crate::file::{FILES_LIMIT, FilePlace};
use crate::http::HttpResponse;
use crate::poller::collect::Fetch;
use crate::poller::exchange::Tag;
use crate::poller::{FILES_TIME, Job, Poller};
use crate::run::{OutputKind, RunOutput};

/// A file that an output names.
#[derive(Clone, Debug)]
pub(in crate::poller) struct Followed {
    /// The output's place among the outputs.
    index: usize,
    /// `None` once it has ended, well or not.
    reader: Option<FileReader>,
    /// How many bytes it has, as far as that is known.
    size: u64,
}

impl Poller {
    /// Begins to read the file that the output at this place names, if it names one and that is wanted.
    pub(super) fn follow_path(&mut self, index: usize) {
        if !self.options.follow_path {
            return;
        }
        let (service, base) = (self.job.service(), self.base.clone());
        let workspace_id = match &self.job {
            Job::Databricks(job) => job.databricks_workspace_id.clone(),
            Job::Fabric(_) => None,
        };
        let Some(collecting) = self.collecting() else { return };
        let output = collecting.outputs.get(index).filter(|output| !output.truncated);
        let named = output.and_then(|output| match (output.kind, &output.text, &output.data) {
            (OutputKind::NotebookResult, Some(text), _) => FilePlace::in_text(text, service, &base),
            (OutputKind::Data | OutputKind::ReturnValue, _, Some(value)) => FilePlace::in_value(value, service, &base),
            _ => None,
        });
        let Some(named) = named else { return };
        match named.and_then(|place| FileReader::new(place, &base, workspace_id.as_deref())) {
            Ok(reader) => {
                if collecting.files.is_empty() {
                    collecting.until = collecting.until.plus(FILES_TIME);
                }
                let file = collecting.files.len();
                collecting.files.push(Followed {
                    index,
                    reader: Some(reader),
                    size: 0,
                });
                self.ask_for_file(file);
            }
            Err(error) => self.file_is_lost(index, None, error),
        }
    }

    pub(super) fn call_of_file(&self, file: usize, ask: &Ask) -> Option<Call> {
        let super::Stage::Collecting(collecting) = &self.stage else {
            return None;
        };
        let reader = collecting.files.get(file)?.reader.as_ref()?;
        Some(reader.call(ask))
    }

    pub(super) fn fetched_file(&mut self, file: usize, ask: &Ask, response: &HttpResponse) -> Result<(), Error> {
        let Some(files) = self.collecting().map(|collecting| &mut collecting.files) else {
            return Ok(());
        };
        let mut all = 0;
        for followed in &mut *files {
            all += followed.size;
        }
        let Some(followed) = files.get_mut(file) else {
            return Ok(());
        };
        let Some(reader) = &mut followed.reader else {
            return Ok(());
        };
        let of_others = all - followed.size;
        reader.limit(FILES_LIMIT.saturating_sub(of_others));
        reader.answered(ask, response)?;
        followed.size = reader.size();
        self.ask_for_file(file);
        Ok(())
    }

    pub(super) fn refused_file(&mut self, file: usize, ask: &Ask, error: Error) {
        let Some(followed) = self.collecting().and_then(|collecting| collecting.files.get_mut(file)) else {
            return;
        };
        let Some(reader) = &mut followed.reader else { return };
        match reader.refused(ask, error) {
            Ok(()) => self.ask_for_file(file),
            Err(error) => {
                let index = followed.index;
                followed.size = 0;
                let place = followed.reader.take().map(|reader| reader.place().clone());
                self.drop_exchanges(|tag| matches!(tag, Tag::Fetch(Fetch::File { file: other, .. }) if *other == file));
                self.file_is_lost(index, place.as_ref(), error);
            }
        }
    }

    /// Queues what the reader wants next, or gives its file to the output.
    fn ask_for_file(&mut self, file: usize) {
        let Some(collecting) = self.collecting() else { return };
        let Some(followed) = collecting.files.get_mut(file) else {
            return;
        };
        let Some(reader) = &mut followed.reader else { return };
        if !reader.is_done() {
            while let Some(ask) = reader.next() {
                collecting.queue.push_back(Fetch::File { file, ask });
            }
            return;
        }
        let index = followed.index;
        let Some(reader) = followed.reader.take() else { return };
        let place = reader.place().clone();
        match reader.into_file() {
            Ok(file) => {
                if let Some(output) = collecting.outputs.get_mut(index) {
                    output.file = Some(file);
                }
            }
            Err(error) => self.file_is_lost(index, Some(&place), error),
        }
    }

    fn file_is_lost(&mut self, index: usize, place: Option<&FilePlace>, error: Error) {
        let Some(collecting) = self.collecting() else { return };
        let Some(output) = collecting.outputs.get_mut(index) else {
            return;
        };
        let error = not_read(output, place, error);
        output.error = Some(error.clone());
        collecting.error.get_or_insert(error);
    }
}

/// What went wrong with a file, as the error of the output that names it.
fn not_read(output: &RunOutput, place: Option<&FilePlace>, error: Error) -> Error {
    let hint = match (error.code(), place) {
        (ErrorCode::Forbidden, Some(FilePlace::Volume(_))) => {
            "ask for READ VOLUME on the volume, with USE CATALOG and USE SCHEMA; and for a token with the scope files or all-apis"
        }
        (ErrorCode::Forbidden, Some(FilePlace::Dbfs(_))) => {
            "let the job write to a volume, whose permissions can be given; DBFS may be closed to this credential or in this workspace"
        }
        (ErrorCode::Forbidden | ErrorCode::Unauthenticated, Some(FilePlace::OneLake { .. })) => {
            "ask for the permission to read the item's data (ReadAll, or a workspace role that has it); the token has to be one for https://storage.azure.com/.default"
        }
        (ErrorCode::NotFound, _) => {
            "check the path that the job gives out, and that the file is there when the job ends"
        }
        _ => "",
    };
    let where_it_is = place.map(|place| [&place.written(), ": "].concat()).unwrap_or_default();
    let message = [&output.key, ": ", &where_it_is, &error.to_string()].concat();
    let mut error = match error.code() {
        ErrorCode::InvalidCredentials
        | ErrorCode::MissingCredentials
        | ErrorCode::OutputPathRefused
        | ErrorCode::OutputTooLarge
        | ErrorCode::OutputUnavailable => error,
        _ => error.with_code(ErrorCode::OutputUnavailable),
    };
    if !hint.is_empty() {
        hint.clone_into(&mut error.hint);
    }
    error.message = message;
    error.endpoint = None;
    error
}
