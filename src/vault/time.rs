//! Instants and durations as a user writes them: Unix seconds, RFC 3339, `90s`, `15m`, `7d`, `2w`.

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Timestamp(i64);
