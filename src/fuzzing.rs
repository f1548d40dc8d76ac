//! The entry points of `fuzz/`, one for each kind of input from others. They exist only in its builds (`--cfg
//! fuzzing`) and panic if a rule is broken.

use crate::args::secret_json::Input;
use crate::deliver::formats::{Format, Names};
use crate::import::entries::{Empty, Entries, Location, Repeated};
use crate::import::formats::dotenv::{Dialect, Expansion, Reading};
use crate::import::formats::nesting::Nesting;
use crate::import::formats::path::TreePath;
use crate::import::managers::columns::Columns;
use crate::import::managers::item::{Items, Wanted};
use crate::import::managers::password_store;
use crate::import::{Format as Import, Rules};
use crate::keyring::local::LocalKeyring;
use crate::keyring::token::Token;
use crate::keyring::{self, Keyring, unlock};
use crate::plaintext::Plaintext;
use crate::sealed::aad_context::AadContext;
use crate::sealed::file::Layout;
use crate::sealed::header::Header;
use crate::sealed::id::{AppId, SecretId, WorkspaceId};
use crate::sealed::index::RecordKind;
use crate::sealed::record::{self, Record, RecordId};
use crate::sealed::section::Page;
use crate::sealed::{Error as Sealed, Part, entry, page, recompute};
use crate::store::memory::MemoryStore;
use crate::vault::domain::AllowedDomains;
use crate::vault::env_key::EnvKey;
use crate::vault::host::Host;
use crate::vault::name::SecretName;
use crate::vault::reference::Reference;
use crate::vault::{Error, Scan, Vault};
use crate::{agent, project};
use clap::ValueEnum;
use std::path::Path;
use std::sync::OnceLock;

/// A frozen vault with every kind of record; its token opens nothing else.
const VAULT: &[u8] = include_bytes!("../tests/vectors/good-fields.kluis");
const TOKEN: &str = "kls_7nzQ15XGIYI3Pld3QWg5I8knIHjF9g3QMmNUlTNeo2gb0tCNHCfAgp9NhrxEqivxnMW0iy";
const STRANGER: [u8; 32] = [7; 32];

fn token() -> &'static Token {
    static TOKEN_PARSED: OnceLock<Token> = OnceLock::new();
    TOKEN_PARSED.get_or_init(|| {
        let parsed = Token::parse(&Plaintext::new(TOKEN.into()));
        parsed.unwrap_or_else(|_| panic!("the token of a frozen vault"))
    })
}

fn header() -> &'static Header {
    static HEADER: OnceLock<Header> = OnceLock::new();
    HEADER.get_or_init(|| match Header::parse(VAULT) {
        Ok(Some(header)) => header,
        _ => panic!("the header of a frozen vault"),
    })
}

fn keyring() -> LocalKeyring {
    unlock::with_token(header(), token()).unwrap_or_else(|_| panic!("opened by its token"))
}

fn workspaces() -> impl Iterator<Item = WorkspaceId> {
    let lines = header().content().workspaces.iter();
    lines.map(|line| line.id)
}

fn everything(bytes: &[u8]) -> Result<(), Error> {
    let store = Box::new(MemoryStore::holding(bytes));
    let vault = Vault::open(store, Scan::Everything, |header| {
        let keyring: Box<dyn Keyring> = Box::new(unlock::with_token(header, token())?);
        Ok::<_, Error>(keyring)
    })?;
    for workspace in vault.workspaces() {
        vault.list(workspace)?;
    }
    vault.verify().map(|_| ())
}

/// A whole file: unchanged, signed by a stranger, and with sections that a writer of the vault signed.
pub fn sealed_file(data: &[u8]) {
    let read = Layout::read(data.len() as u64, |at, length| {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        Ok::<_, Sealed>(data[at..at + length].to_vec())
    });
    if let Ok(layout) = read {
        let _ = layout
            .check_pages(data)
            .and_then(|()| layout.check_records(data));
    }
    assert!(data == VAULT || everything(data).is_err(), "not refused");
    let stranger = recompute::as_stranger(data, &STRANGER);
    assert!(everything(&stranger).is_err(), "a stranger's was opened");

    let keyring = keyring();
    let sign = |workspace: &str, digest: &_| {
        let workspace = WorkspaceId::parse(workspace)?;
        keyring.sign_section(workspace, digest).ok()
    };
    let sections = data.windows(12).position(|text| text == b"{\"section\":\"");
    let sections = sections.map_or(data, |at| &data[at..]);
    let whole = [header().text().as_bytes(), sections].concat();
    let _ = everything(&recompute::as_writer(&whole, &sign));
}

/// The lines of a page, and an index and an app's links as a hostile writer may seal them.
pub fn record(data: &[u8]) {
    let secret = RecordId::Secret(SecretId::from_bits(1));
    let app = RecordId::App(AppId::from_bits(1));
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    for id in [secret, app] {
        if let Some(read) = Record::parse(id, text) {
            let sealed: Result<Vec<_>, _> = (0..read.count()).map(|n| read.sealed(n)).collect();
            if let Ok(sealed) = sealed {
                let again = record::write(id, &sealed);
                assert_eq!(again.strip_suffix('\n'), Some(text), "another spelling");
            }
        }
        if let Some(read) = entry::parse(text, &[id]) {
            let again = read[0].text();
            assert_eq!(entry::write_index([again.as_str()].into_iter()), text);
        }
    }
    if let Some(links) = entry::parse_links(text) {
        assert_eq!(entry::write_links(&links), text);
    }
    let keyring = keyring();
    let Some(workspace) = workspaces().next() else {
        return;
    };
    let seal = |place, content: &[u8]| keyring.seal(place, content).unwrap_or_default();
    let Ok(index) = keyring.index(workspace, RecordKind::Secret, "name") else {
        return;
    };
    let entries = seal(AadContext::Index(workspace, index), data);
    let value = seal(
        AadContext::Value(workspace, SecretId::from_bits(1), 0),
        data,
    );
    let (page, lines) = page::write(index, &entries, &[secret], &record::write(secret, &[value]));
    opened_or_refused(workspace, &page, &lines);

    let Ok(index) = keyring.index(workspace, RecordKind::App, "name") else {
        return;
    };
    let entry = br#"[{"name":"name","created_at":1}]"#;
    let entries = seal(AadContext::Index(workspace, index), entry);
    let links = seal(AadContext::Links(workspace, AppId::from_bits(1)), data);
    let (page, lines) = page::write(index, &entries, &[app], &record::write(app, &[links]));
    opened_or_refused(workspace, &page, &lines);
}

/// Opens a vault with only this page, or reports that the page is damaged.
fn opened_or_refused(workspace: WorkspaceId, page: &Page, lines: &str) {
    let keyring = keyring();
    let mut whole = header().text().to_owned();
    for other in workspaces() {
        let seal = format!(
            "{{\"seal\":1,\"section\":\"{other}\",\"ancestors\":[],\"bytes\":0,\"header\":{},\"signature\":\"\"}}\n",
            header().id()
        );
        whole.push_str(&format!("{{\"section\":\"{other}\"}}\n"));
        if other == workspace {
            page.write(&mut whole);
            whole.push_str(&(seal + lines));
        } else {
            whole.push_str(&seal);
        }
    }
    let sign = |workspace: &str, digest: &_| {
        let workspace = WorkspaceId::parse(workspace)?;
        keyring.sign_section(workspace, digest).ok()
    };
    let bytes = recompute::as_writer(whole.as_bytes(), &sign);
    let is_of_page =
        |error: &Sealed| matches!(error, Sealed::Damaged(Part::Record(_) | Part::Page(_)));
    match everything(&bytes) {
        Ok(()) => {}
        Err(Error::Sealed(error) | Error::Keyring(keyring::Error::Sealed(error)))
            if is_of_page(&error) => {}
        Err(other) => panic!("the page is what was changed: {other}"),
    }
}

/// `kls_…`: a token has only one spelling.
pub fn token_text(data: &[u8]) {
    if let Ok(token) = Token::parse(&Plaintext::new(data.to_vec())) {
        let trimmed = std::str::from_utf8(data).map_or("", str::trim);
        let again = token.text();
        assert!(again.same_as(&Plaintext::new(trimmed.into())));
    }
}

/// Printing a reference and parsing it again gives the same one.
pub fn reference(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(reference) = Reference::parse(text)
    {
        let again = Reference::parse(&reference.to_string());
        assert_eq!(again.ok(), Some(reference));
    }
}

/// Patterns and, after a line break, a host: an accepted list can be stored, and allows no other host.
pub fn domain(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (patterns, host) = text.split_once('\n').unwrap_or((text, text));
    let patterns: Vec<String> = patterns.split(' ').map(str::to_owned).collect();
    let host = Host::parse(host).ok();
    let Ok(domains) = AllowedDomains::parse(&patterns) else {
        return;
    };
    let stored = AllowedDomains::from_stored(domains.iter().map(str::to_owned).collect());
    assert_eq!(stored.ok().as_ref(), Some(&domains));
    if let Some(host) = host.filter(|host| domains.allow(host)) {
        let allows = |domain: &str| {
            let base = domain.strip_prefix("*.").unwrap_or(domain);
            host.as_str() == domain || host.as_str().ends_with(&format!(".{base}"))
        };
        assert!(domains.iter().any(allows), "{}", host.as_str());
        assert_eq!(Host::parse(host.as_str()).ok(), Some(host.clone()));
    }
}

/// `--input`: accepted input is valid, refused input has a reason.
pub fn input_json(data: &[u8]) {
    match Input::parse(&Plaintext::new(data.to_vec())) {
        Ok(input) => assert!(input.slots.is_sorted_by(|one, next| one.0 < next.0)),
        Err(details) => assert!(!details.is_empty()),
    }
}

/// `import`, in every format: all or nothing.
pub fn dotenv(data: &[u8]) {
    for format in [
        Import::Env,
        Import::Yaml,
        Import::Json,
        Import::Bitwarden,
        Import::OnePassword,
        Import::KeepassXml,
        Import::Pass,
        Import::K8s,
        Import::Csv,
        Import::ProtonPass,
    ] {
        imported(format, Rules::default(), data);
    }
}

/// A `.env` file in every dialect, with and without `--expand`.
pub fn dotenv_dialects(data: &[u8]) {
    let dialects = Dialect::value_variants().iter().copied();
    for dialect in dialects.map(Some).chain([None]) {
        for expansion in [Expansion::Off, Expansion::On] {
            let mut rules = Rules::default();
            rules.dotenv = Reading { dialect, expansion };
            imported(Import::Dotenv, rules, data);
        }
    }
}

/// `import --format docker`.
pub fn docker(data: &[u8]) {
    imported(Import::Docker, Rules::default(), data);
}

/// `import --format shell`.
pub fn shell(data: &[u8]) {
    imported(Import::Shell, Rules::default(), data);
}

/// `import --format systemd`.
pub fn systemd(data: &[u8]) {
    imported(Import::Systemd, Rules::default(), data);
}

/// `import --format tfvars`.
pub fn tfvars(data: &[u8]) {
    imported(Import::Tfvars, Rules::default(), data);
}

/// `import --format github`.
pub fn github(data: &[u8]) {
    imported(Import::Github, Rules::default(), data);
}

/// `import --format ini`, whole and in part.
pub fn ini(data: &[u8]) {
    nested(Import::Ini, data);
}

/// `import --format toml`, whole and in part.
pub fn toml(data: &[u8]) {
    nested(Import::Toml, data);
}

/// `import --format properties`.
pub fn properties(data: &[u8]) {
    imported(Import::Properties, Rules::default(), data);
}

/// `import --format netrc`.
pub fn netrc(data: &[u8]) {
    imported(Import::Netrc, Rules::default(), data);
}

/// `import --format pgpass`.
pub fn pgpass(data: &[u8]) {
    imported(Import::Pgpass, Rules::default(), data);
}

fn imported(format: Import, rules: Rules, data: &[u8]) {
    if let Err(details) = format.read(&Plaintext::new(data.to_vec()), rules) {
        assert!(!details.is_empty());
    }
}

/// The other readers that build a tree.
pub fn import_tree(data: &[u8]) {
    for format in [Import::Json, Import::Yaml, Import::K8s, Import::Csv] {
        nested(format, data);
    }
}

/// A reader that builds a tree, with every option: nothing is imported under a name that is not valid.
fn nested(format: Import, data: &[u8]) {
    let path = ".a.b".parse::<TreePath>().ok();
    let columns = "name=a,value=b,x=c".parse::<Columns>().ok();
    for path in [None, path.as_ref()] {
        let rules = Rules {
            empty: Empty::Skipped,
            nesting: Nesting::Joined,
            path,
            columns: columns.as_ref(),
            ..Rules::default()
        };
        match format.read(&Plaintext::new(data.to_vec()), rules) {
            Ok(gathered) => {
                for entry in gathered.entries {
                    assert!(SecretName::parse(entry.name.as_str()).is_ok());
                }
            }
            Err(details) => assert!(!details.is_empty()),
        }
    }
}

/// A file of a password store, decrypted.
pub fn password_store(data: &[u8]) {
    let mut entries = Entries::new(Empty::Skipped);
    let item = password_store::item("title", Plaintext::new(data.to_vec()));
    let pushed =
        Items::new(&mut entries, Wanted::All, Repeated::Number).push(Location::Item(1), item);
    assert!(pushed.is_ok());
}

/// A client's bytes for the agent.
pub fn agent_frames(data: &[u8]) {
    agent::fuzzing::frames(header(), &keyring(), data);
}

/// `kluis.toml`: each mistake has a place in the text.
pub fn project_file(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let home = Path::new("/home");
    if let Err(mistake) = project::parse_text(text, Path::new("/folder"), Some(home)) {
        assert!(mistake.line <= text.lines().count() + 1 && mistake.column >= 1);
    }
}

/// `export --format shell`, for a parser of its own: the document for a value, if there is one.
pub fn shell_document(value: &[u8]) -> Option<Vec<u8>> {
    let key = EnvKey::parse("KEY").ok()?;
    let names = Names {
        manifest: "kluis",
        delimiter: "END",
    };
    let value = Plaintext::new(value.to_vec());
    let document = Format::Shell.write(&[(&key, &value)], names).ok()?;
    Some(document.expose().to_vec())
}
