//! Sends values out of `kluis`: into a child's environment or its files, to the program that gets them, and
//! into documents.
//!
//! Nothing here opens a vault or prints; a value goes only where you sent it.
//!
//! It withstands these attackers, as the named tests of `tests/cli/` show:
//!
//! - *A hostile repository* that names a file to write by a link:
//!   `inject::no_link_that_a_repository_brought_is_written_through`; that puts programs beside you:
//!   `hostile_project::…`.
//! - *A hostile branch, or a colleague* who may write a secret or an app, and picks a variable that makes
//!   programs run or contact something: `hostile_variables::…`.
//! - *A value or a name that is code*: `readers::…`, `terminal::a_terminal_is_not_steered_by_a_value`.
//! - *Another user in a shared folder* who waits for a file:
//!   `hostile_places::under_every_umask_files_are_0600_and_folders_0700`,
//!   `deliver::memory_place::tests::a_shared_folder_where_others_can_rename_is_not_used`.
//! - *A crash* while a value is in a file: `value_file_watcher::killed_at_any_call_it_leaves_no_file_for_long`.
//! - *A command that runs as you* gets the values that you gave it and nothing else of Kluis:
//!   `unlocking::a_command_gets_no_descriptor_of_a_credential`. It can still ask the agent while the vault is
//!   unlocked, and read the variables of your shell: give it a token for one workspace, or use `kluis lock`.

pub mod child;
pub mod clipboard;
pub mod editor;
pub mod environment;
pub mod formats;
pub mod mask;
pub mod memory_place;
pub mod otp;
pub mod output_file;
pub mod output_path;
mod private_temp_file;
mod private_temp_folder;
pub mod process;
pub mod risky_variables;
pub mod stdin;
pub mod template;
#[cfg(test)]
mod tests;
pub mod value_files;
