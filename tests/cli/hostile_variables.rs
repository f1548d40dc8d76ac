//! Tests variables by which a value would make the next program load, run or trust something else: each is
//! refused in every spelling, before anything is opened.

use crate::sandbox::Sandbox;
use std::collections::BTreeSet;

/// Gathered from the manuals of loaders, shells, interpreters, build tools, pagers, editors and libraries, apart
/// from the list in the program.
const NAMES: &str = "
    LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT LD_BIND_NOW LD_DEBUG_OUTPUT LD_PROFILE_OUTPUT
    DYLD_INSERT_LIBRARIES DYLD_LIBRARY_PATH DYLD_FRAMEWORK_PATH DYLD_FALLBACK_LIBRARY_PATH
    GLIBC_TUNABLES GCONV_PATH LOCPATH NLSPATH MALLOC_TRACE HOSTALIASES RES_OPTIONS LOCALDOMAIN RESOLV_HOST_CONF
    GETCONF_DIR TZDIR TERMINFO TERMINFO_DIRS TERMCAP
    PATH IFS ENV BASH_ENV SHELLOPTS BASHOPTS PS4 PROMPT_COMMAND CDPATH BASH_FUNC_ls ZDOTDIR FPATH INPUTRC
    PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONWARNINGS PYTHONINSPECT PYTHONUSERBASE PYTHONBREAKPOINT PYTHONEXECUTABLE
    PERL5LIB PERL5OPT PERL5DB PERLLIB PERL5SHELL
    RUBYOPT RUBYLIB GEM_HOME GEM_PATH BUNDLE_GEMFILE
    NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED NODE_REPL_EXTERNAL_MODULE ELECTRON_RUN_AS_NODE
    NPM_CONFIG_SCRIPT_SHELL NPM_CONFIG_NODE_OPTIONS
    JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS JAVA_OPTS CLASSPATH MAVEN_OPTS MAVEN_ARGS GRADLE_OPTS
    DOTNET_STARTUP_HOOKS DOTNET_ADDITIONAL_DEPS COR_PROFILER COR_PROFILER_PATH COR_ENABLE_PROFILING
    CORECLR_PROFILER CORECLR_PROFILER_PATH CORECLR_ENABLE_PROFILING
    PHPRC PHP_INI_SCAN_DIR LUA_INIT LUA_PATH LUA_CPATH LUA_INIT_5_4
    R_PROFILE R_PROFILE_USER R_ENVIRON R_ENVIRON_USER JULIA_LOAD_PATH JULIA_DEPOT_PATH
    ERL_FLAGS ERL_AFLAGS ERL_ZFLAGS TCLLIBPATH GUILE_LOAD_PATH EMACSLOADPATH VIMINIT EXINIT
    RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER RUSTFLAGS GOFLAGS GOENV MAKEFLAGS MAKEFILES TAR_OPTIONS
    GIT_SSH_COMMAND GIT_EXTERNAL_DIFF GIT_PAGER GIT_EXEC_PATH GIT_CONFIG_GLOBAL GIT_TEMPLATE_DIR
    EDITOR VISUAL PAGER MANPAGER LESSOPEN LESSCLOSE LESSKEY BROWSER FCEDIT SUDO_EDITOR SYSTEMD_EDITOR SYSTEMD_PAGER
    KUBE_EDITOR PSQL_EDITOR PSQL_PAGER PSQLRC
    SSH_ASKPASS SUDO_ASKPASS RSYNC_RSH CVS_RSH SVN_SSH HGRCPATH
    OPENSSL_CONF OPENSSL_MODULES OPENSSL_ENGINES SSLKEYLOGFILE SSL_CERT_FILE SSL_CERT_DIR
    CURL_CA_BUNDLE REQUESTS_CA_BUNDLE CURL_HOME WGETRC GNUPGHOME KRB5_CONFIG
    HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY FTP_PROXY
    QT_PLUGIN_PATH GTK_MODULES GTK_PATH GIO_MODULE_DIR GIO_EXTRA_MODULES GST_PLUGIN_PATH VK_LAYER_PATH
    HOME USER LOGNAME SHELL TMPDIR XDG_CONFIG_HOME XDG_DATA_HOME XDG_CONFIG_DIRS XDG_DATA_DIRS XDG_RUNTIME_DIR
    PSMODULEPATH COMSPEC PATHEXT WINDIR USERPROFILE
    KLUIS_VAULT KLUIS_TRUST_PROJECT
";

/// Some readers ignore case.
fn spellings(name: &str) -> [String; 3] {
    let mixed = name.char_indices().map(|(at, letter)| match at % 2 {
        0 => letter.to_ascii_lowercase(),
        _ => letter.to_ascii_uppercase(),
    });
    [name.to_owned(), name.to_ascii_lowercase(), mixed.collect()]
}

#[test]
fn each_variable_is_refused_in_three_spellings_before_unlocking() {
    let names: BTreeSet<&str> = NAMES.split_whitespace().collect();
    assert!(names.len() >= 120, "{}", names.len());
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("name"));
    let mut accepted = Vec::new();
    for spelling in names.into_iter().flat_map(spellings) {
        // Without a key: if the vault were opened first, it would be locked.
        let pair = format!("{spelling}=name");
        let run = ["run", "--json", "-e", &pair, "--", "true"];
        let ran = sandbox.kluis(run).without("KLUIS_TOKEN").run();
        let told = ran.json_error();
        let is_named = told["error"].as_str().unwrap().contains(&spelling);
        if ran.code != 125 || told["code"] != "invalid" || !is_named {
            accepted.push(spelling);
        }
        ran.any_stdout().any_stderr().ends();
    }
    assert!(accepted.is_empty(), "{accepted:?}");
}

#[test]
fn a_secrets_own_dangerous_key_is_refused_and_nothing_runs() {
    let sandbox = Sandbox::with_vault();
    let made = sandbox.home().join("made");
    for name in ["ld_preload", "Rustc_Wrapper", "OPENSSL_CONF"] {
        let create = ["create", name, "--env-key", name, "--generate", "8"];
        let created = sandbox.kluis(create).run().any_stdout();
        created.stderr_has("unless you add --allow-env").exits(0);
        let run = ["run", "--all", "--", "touch", made.to_str().unwrap()];
        let ran = sandbox.kluis(run).run();
        ran.stderr_has(name).exits(125);
        let export = ["export", "--all", "--format", "shell"];
        sandbox.kluis(export).run().stderr_has(name).exits(7);
        sandbox.kluis(["delete", "--yes", name]).run().exits(0);
    }
    assert!(!made.exists());
}
