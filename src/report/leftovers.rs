//! Removes the values that killed commands left in memory, and reports it.

use crate::deliver::memory_place;
use crate::ui::Ui;

pub fn remove(ui: &mut Ui) {
    let removed = memory_place::remove_leftovers(|name| std::env::var_os(name));
    if removed > 0 {
        ui.note("removed a value that an interrupted `kluis edit` or `kluis run` left in memory");
    }
}
