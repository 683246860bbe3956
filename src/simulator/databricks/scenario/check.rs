use super::{DatabricksScenario, Id, Job, Task, TaskKind};
use crate::json::quoted;
use crate::simulator::scenario::ScenarioError;

impl DatabricksScenario {
    /// Finds contradictions that reading alone does not find.
    pub(crate) fn check(&self) -> Result<(), ScenarioError> {
        self.check_principals()?;
        for (index, job) in self.jobs.iter().enumerate() {
            let path = format!("databricks.jobs[{index}]");
            if let Some(id) = job.id
                && self.jobs[..index].iter().any(|other| other.id == Some(id))
            {
                return Err(ScenarioError::new(
                    format!("{path}.id"),
                    format!("two jobs have the id {}", id.0),
                ));
            }
            if job.max_concurrent_runs > 1000 {
                return Err(ScenarioError::new(
                    format!("{path}.maxConcurrentRuns"),
                    "expected at most 1000 runs",
                ));
            }
            if job.single_task && job.tasks.len() != 1 {
                return Err(ScenarioError::new(
                    format!("{path}.singleTask"),
                    "expected exactly one task",
                ));
            }
            for (name, default) in &job.parameters {
                if !default.is_string() {
                    return Err(ScenarioError::new(
                        format!("{path}.parameters.{name}"),
                        "expected a string: all parameter values are strings",
                    ));
                }
            }
            self.check_tasks(job, &path)?;
        }
        if self.page_size == 0 {
            return Err(ScenarioError::new("databricks.pageSize", "expected at least 1"));
        }
        self.check_run_job_cycles()
    }

    fn check_tasks(&self, job: &Job, path: &str) -> Result<(), ScenarioError> {
        if job.tasks.is_empty() {
            return Err(ScenarioError::new(
                format!("{path}.tasks"),
                "expected at least one task",
            ));
        }
        for (index, task) in job.tasks.iter().enumerate() {
            let path = format!("{path}.tasks[{index}]");
            if task.key.is_empty() || job.tasks[..index].iter().any(|other| other.key == task.key) {
                return Err(ScenarioError::new(
                    format!("{path}.key"),
                    format!("expected a key of its own, found {}", quoted(&task.key)),
                ));
            }
            for (at, dependency) in task.depends_on.iter().enumerate() {
                if !job.tasks.iter().any(|other| other.key == dependency.task) {
                    return Err(ScenarioError::new(
                        format!("{path}.dependsOn[{at}]"),
                        format!("no task has the key {}", quoted(&dependency.task)),
                    ));
                }
            }
            if leads_back(job, task, &task.key, job.tasks.len()) {
                return Err(ScenarioError::new(
                    format!("{path}.dependsOn"),
                    "the task depends on itself",
                ));
            }
            self.check_task(task, &path)?;
        }
        Ok(())
    }

    fn check_task(&self, task: &Task, path: &str) -> Result<(), ScenarioError> {
        if let Some(run_job) = &task.run_job
            && !self.jobs.iter().any(|job| job.id == Some(run_job.job))
        {
            return Err(ScenarioError::new(
                format!("{path}.runJob.job"),
                format!("no job has the id {}", run_job.job.0),
            ));
        }
        if task.kind() != task.kind && task.kind != TaskKind::default() {
            return Err(ScenarioError::new(
                format!("{path}.kind"),
                "contradicts the member forEach, runJob or condition",
            ));
        }
        let contradicts = match task.kind() {
            TaskKind::ForEach => task.for_each.is_none(),
            TaskKind::RunJob => task.run_job.is_none(),
            TaskKind::Condition => task.condition.is_none(),
            _ => false,
        };
        if contradicts {
            return Err(ScenarioError::new(
                format!("{path}.kind"),
                "expected the member forEach, runJob or condition with it",
            ));
        }
        for (name, execution) in std::iter::once(("run".to_owned(), &task.run)).chain(
            task.executions
                .iter()
                .enumerate()
                .map(|(index, execution)| (format!("executions[{index}]"), execution)),
        ) {
            if let Err((column, message)) = execution.output.columns() {
                return Err(ScenarioError::new(
                    format!("{path}.{name}.output.columns.{column}"),
                    message,
                ));
            }
        }
        if let Some(for_each) = &task.for_each {
            if for_each.task.for_each.is_some() {
                return Err(ScenarioError::new(
                    format!("{path}.forEach.task.forEach"),
                    "the service does not nest for-each tasks",
                ));
            }
            self.check_task(&for_each.task, &format!("{path}.forEach.task"))?;
        }
        Ok(())
    }

    fn check_run_job_cycles(&self) -> Result<(), ScenarioError> {
        for (index, job) in self.jobs.iter().enumerate() {
            let Some(id) = job.id else { continue };
            if self.runs_job(job, id, self.jobs.len()) {
                return Err(ScenarioError::new(
                    format!("databricks.jobs[{index}]"),
                    "the job runs itself through its runJob tasks",
                ));
            }
        }
        Ok(())
    }

    fn runs_job(&self, job: &Job, wanted: Id, depth: usize) -> bool {
        job.tasks.iter().any(|task| {
            let inner = task.for_each.as_ref().map_or(task, |for_each| &for_each.task);
            inner.run_job.as_ref().is_some_and(|run_job| {
                run_job.job == wanted
                    || depth > 0
                        && self
                            .jobs
                            .iter()
                            .any(|other| other.id == Some(run_job.job) && self.runs_job(other, wanted, depth - 1))
            })
        })
    }
}

fn leads_back(job: &Job, task: &Task, wanted: &str, depth: usize) -> bool {
    task.depends_on.iter().any(|dependency| {
        dependency.task == wanted
            || depth > 0
                && job
                    .tasks
                    .iter()
                    .any(|other| other.key == dependency.task && leads_back(job, other, wanted, depth - 1))
    })
}
