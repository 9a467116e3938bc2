//! Command lines as files: what they print, and how they exit.

#[test]
fn command_lines() {
    trycmd::TestCases::new().case("tests/cli/*.trycmd").run();
}
