//! `completions`: prints the script that a shell loads: clap's script with completion of names added.
//!
//! Names are added by hand. clap_complete's own way (4.6, `unstable-dynamic`, two crates more) would save some
//! 190 lines here and in [`completion`](crate::completion), by estimate; either way kluis starts at each Tab. But
//! in bash it splits `-e KEY=na` into three words and completes nothing, inserts a name such as `pa$$word`
//! without quoting it, and lists every option among the names. Its interface may also change in any release.

use super::{CommandLine, StandaloneCommand};
use crate::completion::{WORD, kind};
use crate::error::Error;
use crate::ui::Ui;
use clap::Arg;
use clap_complete::Shell;

/// Print a completion script
///
/// Save it where your shell looks for such scripts, as in the examples. In bash, zsh and fish it also
/// completes the names of secrets, workspaces and apps, and the ids of keys, while the vault is unlocked. It
/// never asks for a passphrase. After `--` the command completes as it does without kluis; in bash that takes the package
/// bash-completion.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis completions bash > ~/.local/share/bash-completion/completions/kluis
  kluis completions zsh > ~/.zfunc/_kluis
  kluis completions fish > ~/.config/fish/completions/kluis.fish")]
pub struct Completions {
    /// Your shell
    shell: Shell,
}

impl StandaloneCommand for Completions {
    fn run(self, ui: &mut Ui, line: CommandLine) -> Result<(), Error> {
        Ok(ui.raw(&script(self.shell, line.shown))?)
    }
}

/// The script that a shell loads to complete this command line.
pub fn script(shell: Shell, command: fn() -> clap::Command) -> Vec<u8> {
    let mut root = command();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut root, "kluis", &mut script);
    // clap's output consists of names and help texts.
    let script = String::from_utf8_lossy(&script).into_owned();
    with_names(script, shell, &root).into_bytes()
}

fn with_names(script: String, shell: Shell, root: &clap::Command) -> String {
    match shell {
        Shell::Bash => in_bash(&script, root),
        Shell::Zsh => in_zsh(&script),
        Shell::Fish => in_fish(script, root),
        _ => script,
    }
}

fn in_bash(script: &str, root: &clap::Command) -> String {
    let takes_file = |verb: &&clap::Command| verb.get_positionals().any(is_file);
    let files = root.get_subcommands().filter(takes_file);
    let files = files.fold(String::new(), |files, verb| files + " | " + verb.get_name());
    let functions = format!(
        "\
# The command after `--` completes as it would without kluis.
_kluis_command() {{
    if declare -F _comp_command_offset >/dev/null; then
        _comp_command_offset $(($1 + 1))
    elif declare -F _command_offset >/dev/null; then
        _command_offset $(($1 + 1))
    else
        local IFS=$'\n' kind=-f
        [[ $COMP_CWORD -eq $(($1 + 1)) ]] && kind=-c || compopt -o filenames 2>/dev/null
        COMPREPLY=($(compgen $kind -- \"${{COMP_WORDS[COMP_CWORD]}}\"))
    fi
    return 0
}}

# Names of the vault: from the agent, at once or not at all.
_kluis_names() {{
    local word words=() name names=() joins=\"\" part=\"\" at
    for ((at = 1; at < COMP_CWORD; at++)); do
        [[ ${{COMP_WORDS[at]}} == -- ]] && _kluis_command \"$at\" && return
    done
    for word in \"${{COMP_WORDS[@]:1:COMP_CWORD}}\"; do
        # As the shell would take it: without the backslashes, which -r would keep.
        IFS= read word <<< \"$word\"
        # What it parts at `=` is one word of the command line.
        if [[ ${{#words[@]}} -gt 0 && ( -n $joins || $word == \"=\" ) ]]; then
            words[${{#words[@]}}-1]+=$word
        else
            words+=(\"$word\")
        fi
        [[ $word == \"=\" ]] && joins=1 || joins=\"\"
    done
    [[ ${{#words[@]}} -gt 0 ]] && word=${{words[${{#words[@]}}-1]}} || word=\"\"
    [[ $word == *=* && $COMP_WORDBREAKS == *=* ]] && part=${{word%=*}}=
    while IFS= read -r name; do
        name=${{name#\"$part\"}}
        # Quoted: a name may look like a variable or a command.
        printf -v name %q \"$name\"
        names+=(\"$name\")
    done < <(kluis {WORD} -- \"${{words[@]}}\" 2>/dev/null)
    if [[ ${{#names[@]}} -gt 0 ]]; then
        COMPREPLY=(\"${{names[@]}}\")
    elif [[ -n $part ]]; then
        COMPREPLY=()
    else
        _kluis \"$@\"
        # Options are for who began one: they would hide the commands.
        if [[ $word != -* ]]; then
            names=()
            for name in \"${{COMPREPLY[@]}}\"; do
                [[ $name == -* ]] || names+=(\"$name\")
            done
            COMPREPLY=(\"${{names[@]}}\")
            # Nor are files what most commands take.
            case ${{words[0]}} in
                -*{files}) ;;
                *) [[ ${{#words[@]}} -gt 2 ]] || compopt +o bashdefault +o default 2>/dev/null ;;
            esac
        fi
    fi
}}

if [["
    );
    let (words, register) = script.split_at(script.rfind("if [[").unwrap_or(script.len()));
    let register = register.replacen("if [[", &functions, 1);
    format!(
        "{words}{}",
        register.replace("-F _kluis ", "-F _kluis_names ")
    )
}

fn is_file(argument: &Arg) -> bool {
    let names = argument.get_value_names().unwrap_or_default();
    names.iter().any(|name| name == "FILE")
}

fn in_zsh(script: &str) -> String {
    let functions = format!(
        "\
# Names of the vault: from the agent, at once or not at all.
_kluis() {{
    local -a names
    local at=${{words[(i)--]}}
    # The command after `--` completes as it would without kluis.
    if (( at < CURRENT )); then
        shift $at words
        (( CURRENT -= at ))
        _normal
        return
    fi
    names=(\"${{(@f)$(kluis {WORD} -- \"${{(@)words[2,CURRENT]}}\" 2>/dev/null)}}\")
    if [[ -n \"$names[1]\" ]]; then
        compadd -a names
    else
        _kluis_words \"$@\"
    fi
}}

if [ "
    );
    let script = script.replacen("\n_kluis() {\n", "\n_kluis_words() {\n", 1);
    let (words, start) = script.split_at(script.rfind("if [ ").unwrap_or(script.len()));
    format!("{words}{}", start.replacen("if [ ", &functions, 1))
}

fn in_fish(script: String, root: &clap::Command) -> String {
    let mut script = script
        + &format!(
            "
# Names of the vault: from the agent, at once or not at all.
function __fish_kluis_names
    set -l words (commandline -opc)
    command -q kluis; and kluis {WORD} -- $words[2..] (commandline -ct) 2>/dev/null
end

# The command after `--` completes as it would without kluis.
function __fish_kluis_command
    set -l words (commandline -opc)
    set -l at (contains -i -- -- $words); or return 1
    set -e words[1..$at]
    complete -C (string join ' ' -- (string escape -- $words) (commandline -ct))
end

complete -c kluis -n 'contains -- -- (commandline -opc)' -f -k -a '(__fish_kluis_command)'
complete -c kluis -n 'count (__fish_kluis_names) >/dev/null' -f -k -a '(__fish_kluis_names)'
"
        );
    let mut options = Vec::new();
    collect(root, &mut options);
    options.sort_unstable();
    options.dedup();
    for option in options {
        let line = [
            "complete -c kluis ",
            &option,
            " -x -k -a '(__fish_kluis_names)'\n",
        ];
        script.extend(line);
    }
    script
}

/// Every option that takes a name, in fish's notation.
fn collect(verb: &clap::Command, into: &mut Vec<String>) {
    for option in verb.get_opts().filter(|option| kind(option).is_some()) {
        let long = option.get_long().map(|name| format!("-l {name}"));
        let short = option.get_short().map(|letter| format!("-s {letter}"));
        let named: Vec<String> = short.into_iter().chain(long).collect();
        into.push(named.join(" "));
    }
    for verb in verb.get_subcommands() {
        collect(verb, into);
    }
}
