//! Variables with a meaning to a shell itself. Assigning one does not just store the value: the shell computes
//! it (`RANDOM='a[$(cmd)]'` runs the command in bash), expands it at the next prompt, refuses it, or changes
//! how it works. Quoting does not help, so these names are refused.

use super::format::Why;
use std::collections::HashSet;
use std::sync::LazyLock;

const OWN: Why = "this name has a special meaning in shells";

/// Names in bash, zsh, ksh, dash and fish, besides those that no program may get.
const NAMES: &str = "
    _ ARGC CMD_DURATION COLUMNS COPROC DIRSTACK DIRSTACKSIZE EGID EPOCHREALTIME EPOCHSECONDS ERRNO EUID
    FCEDIT FIGNORE FPATH FUNCNAME FUNCNEST GID GROUPS HISTCHARS HISTCMD HISTEDIT HISTFILE HISTFILESIZE
    HISTSIZE HISTTIMEFORMAT IGNOREEOF INPUTRC KEYBOARD_HACK KEYTIMEOUT LINENO LINES LISTMAX LOGCHECK MAIL MAILCHECK MAILPATH
    MAPFILE MODULE_PATH NULLCMD OLDPWD OPTARG OPTERR OPTIND PERIOD PIPESTATUS POSIXLY_CORRECT POSTEDIT PPID
    PS0 PS1 PS2 PS3 PSVAR PWD RANDOM READNULLCMD REPORTMEMORY REPORTTIME RPS1 RPS2 SAVEHIST SECONDS
    SHLVL SPROMPT SRANDOM TIMEFMT TIMEFORMAT TMOUT TMPPREFIX TRY_BLOCK_ERROR TRY_BLOCK_INTERRUPT TTYIDLE
    UID USERNAME WATCH WATCHFMT ZDOTDIR
    aliases argv builtins cdpath commands dirstack epochtime errnos fignore fpath funcfiletrace
    funcsourcetrace funcstack functions functions_source functrace galiases histchars history
    historywords hostname jobdirs jobstates jobtexts keymaps langinfo mailpath manpath mapfile module_path
    modules nameddirs options parameters patchars path pipestatus prompt psvar reswords saliases signals
    status status_generation sysparams termcap terminfo umask userdirs usergroups version watch widgets
    zsh_eval_context zsh_scheduled_events
";

const PREFIXES: &[&str] = &[
    "BASH",
    "COMP_",
    "FISH_",
    "PROMPT",
    "READLINE_",
    "RPROMPT",
    "ZLE_",
    "ZSH_",
    "__fish_",
    "dis_",
    "fish_",
];

/// Hooks of zsh: arrays such as `precmd_functions`.
const SUFFIX: &str = "_functions";

/// Refuses a name that a shell would not simply store.
pub fn check(key: &str) -> Result<(), Why> {
    static SPLIT: LazyLock<HashSet<&str>> =
        LazyLock::new(|| NAMES.split_ascii_whitespace().collect());
    let is_own = SPLIT.contains(key)
        || PREFIXES.iter().any(|prefix| key.starts_with(prefix))
        || key.ends_with(SUFFIX);
    if is_own { Err(OWN) } else { Ok(()) }
}
