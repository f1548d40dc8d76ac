//! The result of one check, as text and as JSON. It may name files, keys and settings, and never a value.

use crate::error::Error;
use serde::Serialize;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    Ok,
    /// Advice: it may be intended.
    Warn,
    /// Something does not work, or another user could do harm.
    Fail,
}

#[derive(Serialize)]
pub struct Finding {
    /// A word for programs that never changes.
    pub check: &'static str,
    pub state: Grade,
    pub finding: String,
    /// The next step, unless all is well.
    pub hint: Option<String>,
}

impl Grade {
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

impl Finding {
    pub fn ok(check: &'static str, finding: impl Into<String>) -> Self {
        Self {
            check,
            state: Grade::Ok,
            finding: finding.into(),
            hint: None,
        }
    }

    pub fn warn(check: &'static str, finding: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::bad(check, Grade::Warn, finding, hint)
    }

    pub fn fail(check: &'static str, finding: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::bad(check, Grade::Fail, finding, hint)
    }

    fn bad(
        check: &'static str,
        state: Grade,
        finding: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            check,
            state,
            finding: finding.into(),
            hint: Some(hint.into()),
        }
    }

    /// The error that any command would fail with.
    pub fn of_error(check: &'static str, error: &Error) -> Self {
        let report = error.report();
        let hint = report.hint;
        let hint = hint.unwrap_or_else(|| "fix this, then run `kluis doctor` again".to_owned());
        Self::fail(check, report.error, hint)
    }

    /// Like [`Finding::of_error`], as advice only.
    pub fn advice_of_error(check: &'static str, error: &Error) -> Self {
        Self {
            state: Grade::Warn,
            ..Self::of_error(check, error)
        }
    }
}
