//! `get`

use crate::sandbox::Sandbox;

#[test]
fn a_pipe_receives_the_exact_bytes() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("name", &value);
    sandbox.kluis(["get", "name"]).run().stdout(&value).exits(0);
}
