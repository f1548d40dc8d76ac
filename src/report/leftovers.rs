//! Removes the values that a killed editor, or a killed `kluis`, left in memory, and says so.

use crate::deliver::editor;
use crate::ui::Ui;

pub fn remove(ui: &mut Ui) {
    let removed = editor::remove_leftovers(|name| std::env::var_os(name));
    if removed > 0 {
        ui.note("removed a value that an interrupted `kluis edit` left in memory");
    }
}
