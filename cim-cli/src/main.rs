//! The program `cim`; all of it is in the library, where tests reach it.

fn main() -> std::process::ExitCode {
    cim_cli::main()
}
