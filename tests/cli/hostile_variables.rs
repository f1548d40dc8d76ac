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
    QT_PLUGIN_PATH GTK_MODULES GTK_PATH GIO_MODULE_DIR GIO_EXTRA_MODULES GST_PLUGIN_PATH VK_LAYER_PATH
    HOME USER LOGNAME SHELL TMPDIR XDG_CONFIG_HOME XDG_DATA_HOME XDG_CONFIG_DIRS XDG_DATA_DIRS XDG_RUNTIME_DIR
    PSMODULEPATH COMSPEC PATHEXT WINDIR USERPROFILE
    CC CXX LD AR CFLAGS LDFLAGS CPATH LIBRARY_PATH RUSTC RUSTDOC CARGO_BUILD_RUSTC_WRAPPER CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER
    CARGO_HOME RUSTUP_TOOLCHAIN GNUMAKEFLAGS CMAKE_TOOLCHAIN_FILE CMAKE_C_COMPILER_LAUNCHER CCACHE_PREFIX CGO_CFLAGS GOTOOLCHAIN GOAUTH
    FZF_DEFAULT_COMMAND FZF_DEFAULT_OPTS RIPGREP_CONFIG_PATH AWS_PAGER GH_PAGER BAT_PAGER DELTA_PAGER GH_EDITOR GH_BROWSER LESS
    AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE DOCKER_CONFIG HELM_PLUGINS ANSIBLE_LIBRARY ANSIBLE_CONFIG ANSIBLE_VAULT_PASSWORD_FILE
    TF_CLI_CONFIG_FILE TF_CLI_ARGS CLOUDSDK_PYTHON YARN_YARN_PATH YARN_PLUGINS COMPOSER_HOME PASSWORD_STORE_EXTENSIONS_DIR
    NIX_PATH NIX_SSHOPTS DIRENV_CONFIG MISE_CONFIG_FILE HOMEBREW_EDITOR SOPS_AGE_KEY_CMD RESTIC_PASSWORD_COMMAND BORG_PASSCOMMAND
    DJANGO_SETTINGS_MODULE PYTEST_ADDOPTS MAGICK_CODER_MODULE_PATH LIBMYSQL_PLUGIN_DIR SSH_SK_PROVIDER P11_KIT_CONFIG HADOOP_CLASSPATH
    BUNDLE_PATH DENO_DIR UV_PYTHON NUGET_PLUGIN_PATHS JAVA_HOME PS1 NVIM_APPNAME MANOPT GDBHISTFILE
    KLUIS_VAULT KLUIS_PROJECT
    SSH_PKCS11_HELPER SSH_SK_HELPER DBUS_SESSION_BUS_ADDRESS TEX CTANGLE MAKEINFO CARGO HARNESS_PERL JDK_JAVAC_OPTIONS
    LESSEDIT MAILCAPS fish_function_path DEPENDENCIES_OUTPUT CC_x86_64_unknown_linux_gnu HOST_CC CONFIG_SHELL OMPI_MCA_x
";

/// Variables that make programs talk to another place.
const REDIRECTING: &str = "
    HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY FTP_PROXY RSYNC_PROXY GOPROXY
    PIP_INDEX_URL PIP_TRUSTED_HOST UV_INDEX_URL UV_DEFAULT_INDEX POETRY_REPOSITORIES_EVIL_URL NPM_CONFIG_REGISTRY
    DOCKER_HOST DOCKER_CONTEXT CONTAINER_HOST KUBECONFIG HELM_KUBEAPISERVER COMPOSE_PROJECT_NAME
    AWS_ENDPOINT_URL AWS_ENDPOINT_URL_S3 VAULT_ADDR CONSUL_HTTP_ADDR GH_HOST PUBSUB_EMULATOR_HOST OPENAI_BASE_URL
    SSH_AUTH_SOCK BUILDKIT_HOST HF_ENDPOINT ELECTRON_MIRROR BUNDLE_MIRROR__ALL PGSERVICEFILE TNS_ADMIN
";

/// Variables that a password manager is for, although their families are refused.
const CREDENTIALS: &str = "
    CARGO_REGISTRY_TOKEN CARGO_REGISTRIES_MINE_TOKEN YARN_NPM_AUTH_TOKEN NPM_CONFIG__AUTHTOKEN ANSIBLE_VAULT_PASSWORD
    DOCKER_PASSWORD DOCKER_USERNAME COMPOSER_AUTH UV_PUBLISH_TOKEN UV_INDEX_MINE_PASSWORD POETRY_PYPI_TOKEN_MINE
    HOMEBREW_GITHUB_API_TOKEN CLOUDSDK_AUTH_ACCESS_TOKEN GIT_TOKEN AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN PGPASSWORD
    GITHUB_TOKEN NPM_TOKEN TF_VAR_PASSWORD TF_TOKEN_APP_TERRAFORM_IO VAULT_TOKEN KUBE_TOKEN SENTRY_AUTH_TOKEN
    GIT_PAT GIT_SSH_PRIVATE_KEY LD_SDK_KEY ANSIBLE_GALAXY_SERVER_X_TOKEN COMPOSER_TOKEN PYTHONANYWHERE_API_TOKEN R_API_KEY
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
        // Without a key: if the vault were opened first, the error would be that it is locked.
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

#[test]
fn what_redirects_programs_is_given_only_by_name() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("name"));
    let app = sandbox.kluis(["app", "create", "web"]).run();
    app.any_stdout().exits(0);
    let script = ["--", "sh", "-c", "env | grep -qi \"^$0=\""];
    for name in REDIRECTING.split_whitespace() {
        for spelling in spellings(name) {
            // Redirecting by a variable of `--all` is impossible: it refuses these anyway.
            let pair = format!("{spelling}=name");
            let line = [&["run", "-e", &pair], &script[..], &[&spelling]].concat();
            sandbox.kluis(line).run().exits(0);
        }
        let update = ["update", "name", "--env-key", name];
        let updated = sandbox.kluis(update).run().any_stdout();
        updated.stderr_has("only where you name it").exits(0);
        let all = [&["run", "--all"], &script[..], &[name]].concat();
        let ran = sandbox.kluis(&all).run();
        let hint = format!("name it with -e {name}=REF");
        ran.stderr_has("talk to another place")
            .stderr_has(&hint)
            .exits(125);
        let allowed = ["run", "--all", "--allow-env", name];
        let allowed = [&allowed, &script[..], &[name]].concat();
        sandbox.kluis(allowed).run().exits(0);
        let link = sandbox
            .kluis(["app", "link", "web", &format!("{name}=name")])
            .run();
        link.any_stdout().any_stderr().exits(0);
        let app = [&["run", "--app", "web"], &script[..], &[name]].concat();
        let ran = sandbox.kluis(&app).run();
        ran.stderr_has("talk to another place").exits(125);
        let unlink = sandbox.kluis(["app", "unlink", "web", name]).run();
        unlink.any_stdout().exits(0);
        let export = ["export", "--all", "--format", "json"];
        sandbox.kluis(export).run().stderr_has(name).exits(7);
    }
    std::fs::write(
        sandbox.home().join("kluis.toml"),
        "[env]\nDOCKER_HOST = 'name'",
    )
    .unwrap();
    sandbox.trust(sandbox.home());
    let agreed = [&["run"], &script[..], &["DOCKER_HOST"]].concat();
    sandbox.kluis(agreed).run().exits(0);
}

#[test]
fn credentials_with_names_of_those_families_are_given() {
    let sandbox = Sandbox::with_vault();
    for (number, name) in CREDENTIALS.split_whitespace().enumerate() {
        let secret = format!("s{number}");
        let create = ["create", &secret, "--env-key", name, "--generate", "8"];
        sandbox.kluis(create).run().any_stdout().stderr("").exits(0);
    }
    sandbox.kluis(["run", "--all", "--", "true"]).run().exits(0);
}

#[test]
fn all_gives_only_variables_in_capitals_and_names_the_other() {
    let sandbox = Sandbox::with_vault();
    for (name, key, code) in [
        ("plain", "PLAIN", 0),
        ("one", "_1", 0),
        ("lower", "lower", 125),
        ("mixed", "Mixed_Case", 125),
    ] {
        let create = ["create", name, "--env-key", key, "--generate", "8"];
        sandbox.kluis(create).run().any_stdout().exits(0);
        let ran = sandbox.kluis(["run", "--all", "--", "true"]).run();
        if code == 0 {
            ran.exits(0);
            continue;
        }
        let said = format!("the variable {key} of default/{name} is not in capitals");
        let hint = format!("name it with -e {key}=default/{name}");
        ran.stderr_has(&said).stderr_has(&hint).exits(code);
        let pair = format!("{key}={name}");
        let named = ["run", "--all", "-e", &pair, "--", "true"];
        sandbox.kluis(named).run().exits(0);
        let allowed = ["run", "--all", "--allow-env", key, "--", "true"];
        sandbox.kluis(allowed).run().exits(0);
        sandbox.kluis(["delete", "--yes", name]).run().exits(0);
    }
}
