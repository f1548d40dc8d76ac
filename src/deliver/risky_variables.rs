//! Decides which environment variables let a secret's value make programs run, load or contact something. A
//! colleague who may only write a secret, or a secret with an unlucky name, must not decide that.
//!
//! Gathered from the manuals named beside each line. No such list can be complete: whole families are refused by
//! their prefix or suffix, and the credentials among them are excepted by name.

use memchr::memmem::Finder;

/// The effect of a variable on a program that gets it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Risk {
    /// It makes a program load or run other code, or trust another authority.
    Runs,
    /// It makes a program talk to another place, or read its settings from there.
    Redirects,
}

/// The risk of a variable, if there is any. Ignores case, as some readers do.
pub fn risk(name: &str) -> Option<Risk> {
    let name = &*name.to_ascii_uppercase();
    let finder = Finder::new(name);
    let is_in = |words: &str| has_word(words, &finder);
    let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| name.ends_with(suffix));
    // PYTHONPATH and its like have no other underscore: python(1), "Environment variables".
    let is_of_python = name.strip_prefix("PYTHON").is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_uppercase()) && !rest.contains('_')
    });
    let is_credential = is_in(CREDENTIAL_NAMES)
        || CREDENTIAL_PATTERNS
            .iter()
            .any(|(prefix, suffix)| name.starts_with(prefix) && name.ends_with(suffix));
    if is_credential {
        None
    } else if is_in(RUNS_NAMES) || ends(RUNS_SUFFIXES) {
        Some(Risk::Runs)
    } else if is_in(REDIRECTS_NAMES) || begins(REDIRECTS_PREFIXES) || ends(REDIRECTS_SUFFIXES) {
        Some(Risk::Redirects)
    } else {
        let is_in_family = is_of_python || begins(RUNS_PREFIXES);
        // No other program may get the credentials of Kluis itself.
        let is_credential = ends(CREDENTIAL_SUFFIXES) && !name.starts_with("KLUIS_");
        (is_in_family && !is_credential).then_some(Risk::Runs)
    }
}

/// Whether the list has this word. For the few variables of one command a search is cheaper than a set of a
/// thousand words.
fn has_word(words: &str, word: &Finder<'_>) -> bool {
    let is_edge = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
    let (words, length) = (words.as_bytes(), word.needle().len());
    let mut places = word.find_iter(words);
    places.any(|at| {
        let before = at.checked_sub(1).and_then(|before| words.get(before));
        is_edge(before) && is_edge(words.get(at + length))
    })
}

/// Families that make programs run or load something, unless an exception below says otherwise.
const RUNS_PREFIXES: &[&str] = &[
    // ld.so(8), dyld(1), rld(1): libraries to load
    "LD_",
    "DYLD_",
    "_RLD",
    // bash(1), "Shell Variables"; git(1); direnv(1); systemd(1)
    "BASH_",
    "GIT_",
    "DIRENV_",
    "SYSTEMD_",
    // npm-config(7), yarnpkg.com/configuration/yarnrc, pnpm.io/npmrc, nodejs.org/api/cli.html and its tools
    "NPM_CONFIG_",
    "YARN_",
    "PNPM_",
    "COREPACK_",
    "DENO_",
    "BUN_",
    "VOLTA_",
    "NVM_",
    "ELECTRON_",
    "TS_NODE_",
    // python(1), "Environment variables"; perlrun(1); lua(1); R's Startup; Julia, Erlang and Guile likewise
    "PERL5",
    "PERL_",
    "LUA_CPATH",
    "LUA_INIT",
    "LUA_PATH",
    "R_LIBS",
    "R_PROFILE",
    "R_ENVIRON",
    "JULIA_",
    "ERL_",
    "GUILE_",
    // learn.microsoft.com/dotnet/core/tools/dotnet-environment-variables
    "COMPLUS_",
    "COR_",
    "CORECLR_",
    "DOTNET_",
    "MSBUILD",
    "MONO_",
    // doc.rust-lang.org/cargo/reference/environment-variables.html; go help environment; cmake-env-variables(7)
    "CARGO_",
    "RUSTC_",
    "RUSTUP_",
    "CGO_",
    "CMAKE_",
    "CCACHE_",
    "DISTCC_",
    "PKG_CONFIG",
    // getcomposer.org/doc/03-cli.md; opam(1); nix.conf(5); guix; brew(1); mise and asdf: what they run
    "COMPOSER_",
    "OPAM",
    "NIX_",
    "GUIX_",
    "HOMEBREW_",
    "MISE_",
    "ASDF_",
    // ansible-config; terraform's "Environment Variables"; vagrant; gcloud topic configurations
    "ANSIBLE_",
    "TF_CLI_",
    "TF_PLUGIN_",
    "TERRAGRUNT_",
    "VAGRANT_",
    "CLOUDSDK_",
    // pass(1), "EXTENSIONS"; openssl-env(7); p11-kit(8)
    "PASSWORD_STORE_",
    "OPENSSL_",
    "P11_KIT_",
    // modules of graphical toolkits, media and documents
    "QT_",
    "GTK_",
    "GIO_",
    "GST_",
    "VK_",
    // docs.open-mpi.org, "Setting MCA parameter values"
    "OMPI_MCA_",
    "PMIX_MCA_",
    "PRTE_MCA_",
    // docs.rs/cc: a compiler for one target
    "CC_X86_64",
    "CC_I686",
    "CC_AARCH64",
    "CC_ARMV",
    "CC_WASM",
    "CXX_X86_64",
    "CXX_I686",
    "CXX_AARCH64",
    "CXX_ARMV",
    "CXX_WASM",
    "MAGICK_",
    "TEXMF",
    "MALLOC_",
    // where programs look for their settings (XDG Base Directory); Kluis itself
    "XDG_",
    "KLUIS_",
];

/// A name with one of these endings contains a command or a program for any tool that reads it.
const RUNS_SUFFIXES: &[&str] = &[
    "_ASKPASS",
    "_BROWSER",
    "_CLASSPATH",
    "_CMD",
    "_COMMAND",
    "_EDITOR",
    "_LAUNCHER",
    "_OPTS",
    "_PAGER",
    "_PASSWORD_FILE_COMMAND",
    "_PRELOAD",
    "_WRAPPER",
    "SAN_OPTIONS",
];

const RUNS_NAMES: &str = concat!(
    // zip(1), the version managers, plug-ins of audio, nmap(1), escript(1), and others that name a program or its settings
    "ZIPOPT RBENV_ROOT NODENV_ROOT GOENV_ROOT LV2_PATH ALSA_PLUGIN_DIR PIPEWIRE_MODULE_DIR NMAPDIR ESCRIPT_EMULATOR SWIFT_EXEC ",
    "LEFTHOOK_BIN NPM_EXECPATH NPM_NODE_EXECPATH PHP_BINARY CONTAINERS_STORAGE_CONF MAILRC MAVEN_CONFIG JUST_SHELL GROOVY_HOME ",
    "SCALA_HOME GOWORK ",
    // sh(1), bash(1), zsh(1)
    "PATH IFS ENV SHELLOPTS BASHOPTS PS0 PS1 PS2 PS3 PS4 CDPATH ZDOTDIR FPATH INPUTRC MAILCHECK ",
    // environ(7): who you are and what is read there
    "HOME USER LOGNAME SHELL TMPDIR TERMINFO TERMINFO_DIRS TERMCAP TZDIR ",
    // ld.so(8), resolver(5)
    "GCONV_PATH LOCPATH NLSPATH GLIBC_TUNABLES GETCONF_DIR HOSTALIASES RES_OPTIONS RESOLV_HOST_CONF LOCALDOMAIN ",
    // less(1): +!COMMAND
    "EDITOR VISUAL PAGER BROWSER FCEDIT LESS LESSOPEN LESSCLOSE LESSKEY LESSKEYIN LESSKEY_CONTENT ",
    // man(1)
    "MANPAGER MANOPT MANPATH MANROFFOPT GROFF_COMMAND_PREFIX MOST_SWITCHES ",
    // vim's starting.txt
    "VIMINIT EXINIT GVIMINIT MYVIMRC VIMRUNTIME VIM NVIM_APPNAME NVIM_RPLUGIN_MANIFEST EMACSLOADPATH ",
    // tmux(1), screen(1)
    "TMUX TMUX_TMPDIR SCREENRC SCREENDIR STARSHIP_CONFIG ",
    // rg(1): --pre
    "FZF_DEFAULT_OPTS_FILE RIPGREP_CONFIG_PATH BAT_CONFIG_PATH GREP_OPTIONS TAR_OPTIONS GZIP CURL_HOME WGETRC HTTPIE_CONFIG_DIR ",
    // node(1)
    "NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED NODE_REPL_EXTERNAL_MODULE NODE_REPL_HISTORY ",
    "PUPPETEER_EXECUTABLE_PATH CHROME_PATH CHROME_BIN ESBUILD_BINARY_PATH SASS_BINARY_PATH CYPRESS_RUN_BINARY NODE_GYP_FORCE_PYTHON ",
    // pip.pypa.io, docs.astral.sh/uv
    "PIP_CONFIG_FILE PIP_PYTHON PIP_CERT UV_PYTHON UV_CONFIG_FILE VIRTUAL_ENV CONDA_EXE CONDA_PREFIX CONDARC ",
    "PYTEST_ADDOPTS PYTEST_PLUGINS DJANGO_SETTINGS_MODULE FLASK_APP CELERY_CONFIG_MODULE GUNICORN_CMD_ARGS JUPYTER_PATH JUPYTER_CONFIG_DIR ",
    "IPYTHONDIR MPLCONFIGDIR COVERAGE_PROCESS_START ",
    // ruby(1)
    "PERLLIB RUBYOPT RUBYLIB RUBYSHELL RUBYPATH GEM_HOME GEM_PATH GEM_SPEC_CACHE JRUBY_OPTS RAKEOPT IRBRC PRYRC ",
    // bundle-config(1)
    "BUNDLE_GEMFILE BUNDLE_PATH BUNDLE_BIN BUNDLE_BIN_PATH BUNDLE_APP_CONFIG BUNDLE_USER_CONFIG BUNDLE_USER_HOME ",
    // java(1)
    "JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS JAVA_OPTS JAVA_HOME JRE_HOME JDK_HOME JAVACMD CLASSPATH ",
    "MAVEN_OPTS MAVEN_ARGS MAVEN_HOME M2_HOME GRADLE_OPTS GRADLE_HOME GRADLE_USER_HOME ANT_ARGS ANT_HOME CATALINA_HOME CATALINA_BASE ",
    "HADOOP_HOME SPARK_HOME SPARK_CONF_DIR HADOOP_CONF_DIR ",
    // learn.microsoft.com/nuget
    "NUGET_PACKAGES NUGET_PLUGIN_PATHS NUGET_NETCORE_PLUGIN_PATHS ",
    "PHPRC PHP_INI_SCAN_DIR TCLLIBPATH MATLABPATH OCTAVE_PATH GHC_PACKAGE_PATH GHCRTS OCAMLPATH OCAMLRUNPARAM CAML_LD_LIBRARY_PATH ",
    // mix, stack, cabal
    "ELIXIR_ERL_OPTIONS MIX_EXS MIX_HOME HEX_HOME REBAR_CONFIG STACK_ROOT CABAL_CONFIG CABAL_DIR ",
    // cargo
    "RUSTC RUSTDOC RUSTFMT RUSTFLAGS RUSTDOCFLAGS ",
    // go help environment
    "GOFLAGS GOENV GOROOT GOPATH GOBIN GOTOOLCHAIN GOTOOLDIR GOAUTH GOVCS GODEBUG GOCACHEPROG GCCGO ",
    // make(1), and its implicit variables:
    "MAKE MAKEFLAGS MAKEFILES MFLAGS GNUMAKEFLAGS ",
    "CC CXX CPP LD AR AS NM RANLIB STRIP OBJCOPY FC CFLAGS CXXFLAGS CPPFLAGS LDFLAGS ASFLAGS ARFLAGS FFLAGS LEX YACC ",
    // gcc(1)
    "CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH OBJC_INCLUDE_PATH LIBRARY_PATH COMPILER_PATH GCC_EXEC_PREFIX ",
    // ssh(1), rsync(1), borg
    "SSH_SK_PROVIDER RSYNC_RSH RSYNC_CONNECT_PROG CVS_RSH SVN_SSH BORG_RSH BORG_PASSCOMMAND BORG_REMOTE_PATH ",
    // hg(1), gpg(1), krb5, ldap.conf(5)
    "HG HGRCPATH HGMERGE GNUPGHOME KRB5_CONFIG KRB5_TRACE SASL_PATH LDAPCONF LDAPRC ODBCINI ODBCSYSINI ",
    // psql(1), MySQL: libmysqlclient plugins
    "PSQLRC MYSQL_HOME LIBMYSQL_PLUGINS LIBMYSQL_PLUGIN_DIR ORACLE_HOME REDISCLI_RCFILE ",
    // whom to trust
    "SSL_CERT_FILE SSL_CERT_DIR SSLKEYLOGFILE CURL_CA_BUNDLE REQUESTS_CA_BUNDLE AWS_CA_BUNDLE ",
    // aws: credential_process
    "AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE AZURE_CONFIG_DIR AZURE_EXTENSION_DIR GH_CONFIG_DIR GLAB_CONFIG_DIR ",
    "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES PULUMI_HOME PACKER_PLUGIN_PATH PACKER_CONFIG TF_DATA_DIR TF_REATTACH_PROVIDERS ",
    // docker(1): credHelpers and cliPluginsExtraDirs
    "DOCKER_CONFIG COMPOSE_FILE HELM_PLUGINS HELM_DATA_HOME APT_CONFIG ",
    // ssh-agent(1); a D-Bus address may be unixexec:
    "SSH_PKCS11_HELPER SSH_SK_HELPER DBUS_SESSION_BUS_ADDRESS DBUS_SYSTEM_BUS_ADDRESS ",
    // make(1); gcc writes it
    "TEX CTANGLE MAKEINFO PC CO GET CWEAVE TANGLE WEAVE LINT DEPENDENCIES_OUTPUT SUNPRO_DEPENDENCIES ",
    "CARGO HARNESS_PERL HARNESS_PERL_SWITCHES JDK_JAVAC_OPTIONS LESSEDIT LESSKEYIN_SYSTEM LESSKEY_SYSTEM MAILCAPS FISH_FUNCTION_PATH ",
    "HOSTCC CC_FOR_BUILD CXX_FOR_BUILD CROSS_COMPILE CMAKE LDSHARED OBJC CUDACXX CUDAHOSTCXX NVCC_CCBIN NVCC_PREPEND_FLAGS OMPI_CC MPICH_CC ",
    "BINDGEN_EXTRA_CLANG_ARGS CCC_OVERRIDE_OPTIONS PYO3_PYTHON CROSS_CONTAINER_ENGINE ",
    "HGEDITOR CVSEDITOR BZR_SSH DARCS_SSH P4EDITOR P4DIFF P4MERGE P4PAGER P4CONFIG GITPERLLIB JJ_CONFIG TIGRC_USER ACKRC TEXEDIT NNN_OPENER ",
    "SOPS_GPG_EXEC RCLONE_SFTP_SSH RCLONE_METADATA_MAPPER CONTAINERS_CONF CNI_PATH HELM_BIN CDK_DOCKER GH_PATH LPASS_PINENTRY ",
    "GOPACKAGESDRIVER PPROF_TOOLS PYSPARK_PYTHON PYSPARK_DRIVER_PYTHON PYSPARK_SUBMIT_ARGS PYLINTRC MPLBACKEND MATPLOTLIBRC ",
    "COVERAGE_RCFILE JUPYTER_CONFIG_PATH PEX_PYTHON PEX_PATH PYENV_ROOT PYENV_HOOK_PATH PIPENV_PYTHON PIPENV_SHELL UV_ENV_FILE RETICULATE_PYTHON ",
    "JVMFLAGS IBM_JAVA_OPTIONS OPENJ9_JAVA_OPTIONS JAVA JAVAC JVM_ARGS OTEL_JAVAAGENT_EXTENSIONS LOADER_PATH MAVEN_PROJECTBASEDIR ",
    "RUBYGEMS_GEMDEPS RUBY RBENV_HOOK_PATH MIX_REBAR3 MIX_ARCHIVES RABBITMQ_CONF_ENV_FILE RELEASE_VM_ARGS ASPNETCORE_HOSTINGSTARTUPASSEMBLIES ",
    "LUAROCKS_CONFIG OCAMLPARAM OCAMLFIND_COMMANDS SBCL_CORE NAPI_RS_NATIVE_LIBRARY_PATH PRISMA_QUERY_ENGINE_LIBRARY NODE_CONFIG_DIR ",
    "BAZEL_SH BAZEL_REAL PERF_EXEC_PATH GSS_MECH_CONFIG OPENSC_CONF PKCS11SPY GDK_PIXBUF_MODULE_FILE GBM_BACKENDS_PATH OCL_ICD_FILENAMES ",
    "__EGL_VENDOR_LIBRARY_FILENAMES SPA_PLUGIN_DIR VLC_PLUGIN_PATH HDF5_PLUGIN_PATH GDAL_DRIVER_PATH SDL_DYNAMIC_API CUDA_INJECTION64_PATH ",
    "OMP_TOOL_LIBRARIES QEMU_LD_PREFIX QEMU_MODULE_DIR ",
    // autoconf: config.site
    "CONFIG_SITE CONFIG_SHELL AUTOCONF AUTOMAKE AUTOHEADER ACLOCAL AUTOM4TE LIBTOOLIZE M4 INSTALL F77 SED AWK ",
    // docs.rs/cc; node-gyp
    "HOST_CC HOST_CXX HOST_AR TARGET_CC TARGET_CXX TARGET_AR HOST_CFLAGS TARGET_CFLAGS PYTHON ",
    // kubectl, prost, clang-sys, gawk(1)
    "KUBECTL_EXTERNAL_DIFF PROTOC LIBCLANG_PATH LLVM_CONFIG_PATH CLANG_PATH DART_VM_OPTIONS AWKPATH AWKLIBPATH ",
    // libpq: engine:NAME loads a library
    "PGSSLKEY R_HOME R_USER R_BROWSER R_PDFVIEWER R_DEFAULT_PACKAGES ",
    "QML_IMPORT_PATH QML2_IMPORT_PATH GI_TYPELIB_PATH GSETTINGS_SCHEMA_DIR LIBGL_DRIVERS_PATH LIBVA_DRIVERS_PATH VDPAU_DRIVER_PATH ",
    "OCL_ICD_VENDORS ALSA_CONFIG_PATH LADSPA_PATH FREI0R_PATH GS_LIB GS_OPTIONS FONTCONFIG_FILE FONTCONFIG_PATH ",
    "WINEPREFIX WINEDLLOVERRIDES WINEDLLPATH WINELOADER WINESERVER VALGRIND_LIB GDBHISTFILE ",
    // PowerShell, cmd.exe
    "PSMODULEPATH COMSPEC PATHEXT WINDIR USERPROFILE ",
);

/// Families that make programs talk to another place.
const REDIRECTS_PREFIXES: &[&str] = &[
    // pip.pypa.io/en/stable/topics/configuration, docs.astral.sh/uv, python-poetry.org/docs/configuration
    "PIP_",
    "UV_",
    "POETRY_",
    // docker(1), docs.docker.com/compose/environment-variables, helm.sh/docs/helm/helm, bundle-config(1)
    "DOCKER_",
    "COMPOSE_",
    "HELM_",
    "BUNDLE_MIRROR_",
    // docs.aws.amazon.com/sdkref, "Service-specific endpoints"
    "AWS_ENDPOINT_URL",
    "DEBUGINFOD_",
];

const REDIRECTS_SUFFIXES: &[&str] = &["_PROXY", "_INDEX_URL", "_MIRROR", "_EMULATOR_HOST"];

const REDIRECTS_NAMES: &str = concat!(
    // libvirt
    "LIBVIRT_DEFAULT_URI ",
    // kubectl, podman(1)
    "KUBECONFIG CONTAINER_HOST CONTAINER_CONNECTION REGISTRY_AUTH_FILE ",
    "GOPROXY GOSUMDB GONOSUMDB GONOSUMCHECK GOINSECURE GONOPROXY GOPRIVATE HEX_MIRROR HEX_API_URL TWINE_REPOSITORY_URL ",
    "RUSTUP_DIST_SERVER RUSTUP_UPDATE_ROOT COREPACK_NPM_REGISTRY NPM_CONFIG_REGISTRY YARN_NPM_REGISTRY_SERVER CARGO_REGISTRY_DEFAULT ",
    // the AWS SDKs
    "AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_EC2_METADATA_SERVICE_ENDPOINT AWS_PROFILE ",
    "GCE_METADATA_HOST GCE_METADATA_ROOT AZURE_AUTHORITY_HOST IDENTITY_ENDPOINT MSI_ENDPOINT PULUMI_BACKEND_URL ",
    "VAULT_ADDR VAULT_AGENT_ADDR VAULT_CACERT VAULT_CAPATH VAULT_SKIP_VERIFY VAULT_TLS_SERVER_NAME CONSUL_HTTP_ADDR NOMAD_ADDR ",
    "VAULT_PROXY_ADDR BOUNDARY_ADDR BUILDKIT_HOST BUILDX_BUILDER CONTAINERS_REGISTRIES_CONF CONTAINERD_ADDRESS KUBERNETES_MASTER ",
    "KUBE_CONFIG_PATH KUBE_HOST TALOSCONFIG ARGOCD_SERVER DOPPLER_API_HOST INFISICAL_API_URL ARM_METADATA_HOST TURBO_API SENTRY_URL ",
    "RUBYGEMS_HOST PUB_HOSTED_URL BAZELISK_BASE_URL MVNW_REPOURL COURSIER_REPOSITORIES PLAYWRIGHT_DOWNLOAD_HOST CYPRESS_INSTALL_BINARY ",
    "CONDA_CHANNELS CONDA_CHANNEL_ALIAS PDM_PYPI_URL HF_ENDPOINT OLLAMA_HOST SOCKS_SERVER SIGSTORE_REKOR_PUBLIC_KEY P4PORT ",
    "OP_CONNECT_HOST GH_HOST GITHUB_API_URL GITHUB_SERVER_URL GITLAB_HOST RCLONE_CONFIG ",
    "OPENAI_BASE_URL OPENAI_API_BASE ANTHROPIC_BASE_URL STRIPE_API_BASE ",
    // files that a runner reads afterwards
    "GITHUB_ENV GITHUB_PATH GITHUB_OUTPUT GITHUB_STATE GITHUB_STEP_SUMMARY ",
    // libpq, Oracle, krb5
    "BOTO_CONFIG NETRC LDAPTLS_CACERT RESTIC_CACERT TWINE_CERT PGSERVICEFILE PGSYSCONFDIR PGHOSTADDR PGSSLROOTCERT TNS_ADMIN KRB5CCNAME ",
    "SSH_AUTH_SOCK GPG_AGENT_INFO DISPLAY WAYLAND_DISPLAY XAUTHORITY NOTIFY_SOCKET ",
);

/// Credentials in the families above.
const CREDENTIAL_NAMES: &str = concat!(
    "CARGO_REGISTRY_TOKEN YARN_NPM_AUTH_TOKEN YARN_NPM_AUTH_IDENT NPM_CONFIG__AUTH NPM_CONFIG__AUTHTOKEN NPM_CONFIG__PASSWORD ",
    "COREPACK_NPM_TOKEN COREPACK_NPM_USERNAME COREPACK_NPM_PASSWORD DENO_AUTH_TOKENS DENO_DEPLOY_TOKEN BUN_AUTH_TOKEN ",
    "COMPOSER_AUTH HOMEBREW_GITHUB_API_TOKEN HOMEBREW_DOCKER_REGISTRY_TOKEN MISE_GITHUB_TOKEN VAGRANT_CLOUD_TOKEN ",
    "ANSIBLE_VAULT_PASSWORD ANSIBLE_PASSWORD ANSIBLE_SSH_PASS ANSIBLE_BECOME_PASS ANSIBLE_BECOME_PASSWORD ANSIBLE_NET_PASSWORD ",
    "CLOUDSDK_AUTH_ACCESS_TOKEN GIT_TOKEN GIT_PASSWORD GIT_USERNAME GIT_USER ",
    "DOCKER_USERNAME DOCKER_PASSWORD DOCKER_TOKEN DOCKER_AUTH_CONFIG HELM_KUBETOKEN HELM_USERNAME HELM_PASSWORD ",
    "UV_PUBLISH_TOKEN UV_PUBLISH_USERNAME UV_PUBLISH_PASSWORD ",
);

/// The endings of credentials in a family that is known by its prefix alone. No tool runs the content of such a
/// variable.
const CREDENTIAL_SUFFIXES: &[&str] = &[
    "_TOKEN",
    "_PASSWORD",
    "_API_KEY",
    "_ACCESS_KEY",
    "_SECRET",
    "_SECRET_KEY",
    "_DSN",
    "_PAT",
    "_CREDENTIALS",
    "_DEPLOY_KEY",
    "_SSH_KEY",
    "_PRIVATE_KEY",
    "_CRYPT_KEY",
    "_SDK_KEY",
    "_TOKENS",
    "_OTP",
    "_PASSPHRASE",
    "_SECRET_ID",
    "_TOK",
    "_PASS",
    "_PASSWD",
    "_PW",
    "_USERNAME",
];

/// Credentials with a name of the user's own in the middle.
const CREDENTIAL_PATTERNS: &[(&str, &str)] = &[
    ("CARGO_REGISTRIES_", "_TOKEN"),
    ("UV_INDEX_", "_USERNAME"),
    ("UV_INDEX_", "_PASSWORD"),
    ("POETRY_PYPI_TOKEN_", ""),
    ("POETRY_HTTP_BASIC_", "_USERNAME"),
    ("POETRY_HTTP_BASIC_", "_PASSWORD"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn words(list: &'static str) -> Vec<&'static str> {
        list.split_ascii_whitespace().collect()
    }

    #[test]
    fn what_runs_or_redirects_programs_is_known_in_any_case() {
        for (name, expected) in [
            ("LD_PRELOAD", Some(Risk::Runs)),
            ("ld_preload", Some(Risk::Runs)),
            ("Path", Some(Risk::Runs)),
            ("CC", Some(Risk::Runs)),
            ("CARGO_BUILD_RUSTC_WRAPPER", Some(Risk::Runs)),
            ("npm_config_script_shell", Some(Risk::Runs)),
            ("ANSIBLE_VAULT_PASSWORD_FILE", Some(Risk::Runs)),
            ("DOCKER_CONFIG", Some(Risk::Runs)),
            ("AWS_PAGER", Some(Risk::Runs)),
            ("SOMEBODYS_EDITOR", Some(Risk::Runs)),
            ("RESTIC_PASSWORD_COMMAND", Some(Risk::Runs)),
            ("kluis_vault", Some(Risk::Runs)),
            ("KLUIS_TOKEN", Some(Risk::Runs)),
            ("SSH_SK_HELPER", Some(Risk::Runs)),
            ("DBUS_SESSION_BUS_ADDRESS", Some(Risk::Runs)),
            ("BUILDKIT_HOST", Some(Risk::Redirects)),
            ("GIT_SSH_PRIVATE_KEY", None),
            ("LD_SDK_KEY", None),
            ("ANSIBLE_GALAXY_SERVER_X_TOKEN", None),
            ("PYTHONSTARTUP", Some(Risk::Runs)),
            ("pythonpath", Some(Risk::Runs)),
            ("CONFIG_SHELL", Some(Risk::Runs)),
            ("CC_x86_64_unknown_linux_gnu", Some(Risk::Runs)),
            ("HOST_CC", Some(Risk::Runs)),
            ("KUBECTL_EXTERNAL_DIFF", Some(Risk::Runs)),
            ("OMPI_MCA_plm_rsh_agent", Some(Risk::Runs)),
            ("R_PROFILE_USER", Some(Risk::Runs)),
            ("R_API_KEY", None),
            ("VK_ACCESS_TOKEN", None),
            ("PYTHON_SENTRY_DSN", None),
            ("GIT_HUB_TOKEN", None),
            ("GIT_TOK", None),
            ("GIT_USER", None),
            ("PERL_PW", None),
            ("PIP_INDEX_URL", Some(Risk::Redirects)),
            ("Docker_Host", Some(Risk::Redirects)),
            ("https_proxy", Some(Risk::Redirects)),
            ("KUBECONFIG", Some(Risk::Redirects)),
            ("NPM_CONFIG_REGISTRY", Some(Risk::Redirects)),
            ("DATABASE_URL", None),
            ("LDAP_PASSWORD", None),
            ("PATHS", None),
            ("MY_PATH", None),
            ("GITHUB_TOKEN", None),
            ("NODE_ENV", None),
            ("HOMEPAGE", None),
            ("CCV", None),
            ("PGPASSWORD", None),
            ("PGHOST", None),
            ("AWS_SECRET_ACCESS_KEY", None),
            ("TF_VAR_db_password", None),
            ("RUBYGEMS_API_KEY", None),
            ("KLUIS", None),
        ] {
            assert_eq!(risk(name), expected, "{name}");
        }
    }

    #[test]
    fn credentials_in_a_family_are_excepted() {
        let named = words(CREDENTIAL_NAMES).into_iter().map(str::to_owned);
        let patterns = CREDENTIAL_PATTERNS.iter();
        let patterns = patterns.map(|(prefix, suffix)| format!("{prefix}MINE{suffix}"));
        for name in named.chain(patterns) {
            assert_eq!(risk(&name), None, "{name}");
            assert_eq!(risk(&name.to_ascii_lowercase()), None, "{name}");
            // Each is listed because its family would be refused.
            let longer = format!("{name}_X");
            let is_open = CREDENTIAL_PATTERNS
                .iter()
                .any(|(prefix, suffix)| suffix.is_empty() && name.starts_with(prefix));
            assert!(is_open || risk(&longer).is_some(), "{longer}");
        }
    }

    #[test]
    fn the_lists_are_written_in_the_case_they_are_compared_in() {
        let lists = [RUNS_NAMES, REDIRECTS_NAMES, CREDENTIAL_NAMES].map(words);
        let mut seen = HashSet::new();
        for name in lists.iter().flatten() {
            assert_eq!(*name, name.to_ascii_uppercase());
            assert!(seen.insert(name), "{name} stands there twice");
        }
        for part in [
            RUNS_PREFIXES,
            RUNS_SUFFIXES,
            REDIRECTS_PREFIXES,
            REDIRECTS_SUFFIXES,
        ]
        .concat()
        {
            assert_eq!(part, part.to_ascii_uppercase());
        }
    }
}
