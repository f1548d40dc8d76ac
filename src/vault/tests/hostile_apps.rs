//! Tests a hostile writer's apps: a record that breaks a rule is damage, and one that keeps every rule harms
//! nothing outside its workspace.

use super::apart::{Apart, Hostile as Secret, Raw, app};
use super::apps::{change_as, link, links, name, shown};
use super::writer::{Scene, scene};
use super::{damage, everything, open, reference};
use crate::sealed::id::{AppId, SecretId, WorkspaceId};
use crate::sealed::{self, Part, entry};
use crate::store::memory::MemoryStore;
use crate::vault::change::{Deletion, References};
use crate::vault::{Error, Scan};

/// An app that anyone with the read key of `staging` can seal.
struct Hostile {
    id: AppId,
    name: String,
    /// In the order given.
    links: Vec<(String, WorkspaceId, SecretId)>,
}

impl Hostile {
    fn new(scene: &Scene, app: &str, links: &[(&str, SecretId)]) -> Self {
        let links = links.iter();
        let links = links.map(|(key, secret)| ((*key).to_owned(), scene.staging, *secret));
        Self {
            id: AppId::random(),
            name: app.into(),
            links: links.collect(),
        }
    }

    fn raw(&self, scene: &Scene) -> Raw {
        let links = self.links.iter();
        let links = links.map(|(key, workspace, secret)| (key.as_str(), *workspace, *secret));
        app(
            &scene.keyring,
            scene.staging,
            self.id,
            &self.name,
            &links.collect::<Vec<_>>(),
        )
    }
}

/// The vault with these records besides the secrets of `staging`.
fn beside(scene: &Scene, more: Vec<Raw>) -> Vec<u8> {
    let mut records = Apart::of(&scene.owned.bytes()).sections[1].records(&scene.keyring);
    records.extend(more);
    records.sort_by_key(|raw| raw.index);
    scene.holding(records)
}

/// A way for an app to break a rule.
type Break<'a> = &'a dyn Fn(&mut Hostile);

#[test]
fn an_app_that_breaks_a_rule_is_damage() {
    let scene = scene();
    let secret = SecretId::random();
    let good = || Hostile::new(&scene, "web", &[("A", secret), ("B", secret)]);
    let bytes = beside(&scene, vec![good().raw(&scene)]);
    everything(&bytes, &scene.owned.token).unwrap();
    let cases: [(&str, Break<'_>); 5] = [
        ("a path", &|app| app.name = "../web".into()),
        ("an escape code", &|app| app.name = "\u{1b}[2J".into()),
        ("a key with =", &|app| app.links[1].0 = "B=C".into()),
        ("keys that descend", &|app| app.links.reverse()),
        ("a key twice", &|app| app.links[1].0 = "A".into()),
    ];
    for (case, change) in cases {
        let mut app = good();
        change(&mut app);
        let part = Part::Record(app.id.to_string());
        scene.refuse(&beside(&scene, vec![app.raw(&scene)]), &part, case);
    }
    let page = Part::Page(scene.staging);
    let mut early = good().raw(&scene);
    early.entry = early.entry.replace("\"created_at\":1", "\"created_at\":-1");
    scene.refuse(&beside(&scene, vec![early]), &page, "a time before 1970");

    let (one, mut two) = (good(), Hostile::new(&scene, "job", &[]));
    two.id = one.id;
    let bytes = beside(&scene, vec![one.raw(&scene), two.raw(&scene)]);
    let error = damage(everything(&bytes, &scene.owned.token), "one id twice");
    let part = Part::Record(one.id.to_string());
    assert_eq!(error, sealed::Error::Damaged(part));
}

/// A writer of the app's workspace alone gives the app no secret of another.
#[test]
fn a_link_that_its_secret_does_not_name_gives_nothing() {
    let scene = scene();
    let vault = open(&scene.owned.bytes(), &scene.owned.token, Scan::Lookup).unwrap();
    let theirs = vault.secret(None, &reference("default/name")).unwrap();
    let mut app = Hostile::new(&scene, "web", &[("A", theirs.id)]);
    app.links[0].1 = theirs.workspace;
    let bytes = beside(&scene, vec![app.raw(&scene)]);
    everything(&bytes, &scene.owned.token).unwrap();
    let shown = shown(&bytes, &scene.owned.token, "staging/web");
    assert_eq!(links(&shown), ["A default/name does not name it"]);
    let vault = open(&bytes, &scene.owned.token, Scan::Lookup).unwrap();
    assert_eq!(vault.app_count(&theirs).unwrap(), 0);
    assert!(matches!(
        vault.links(None, &name("staging/web")),
        Err(Error::OneSidedLink { .. })
    ));
    // Nor does it prevent the deletion of the secret.
    let store = MemoryStore::holding(&bytes);
    change_as(&store, &scene.owned.token, |change| {
        change.delete_secret(
            None,
            &reference("default/name"),
            References::Keep,
            Deletion::Forever,
        )
    })
    .unwrap();
}

/// A writer of the secret's workspace alone gives the app no variable.
#[test]
fn a_secret_cannot_add_itself_to_an_app() {
    let scene = scene();
    let web = scene.owned.change(|change| {
        let web = change.create_app(None, &name("web"))?;
        link(change, "web", "STRIPE_KEY", "default/name")?;
        Ok(web)
    });
    let mut evil = Secret::new("evil", &[b"https://evil.example.com"]);
    let link = |env_key: &str| entry::AppLink {
        app: web.id,
        workspace: web.workspace,
        env_key: env_key.to_owned().into(),
    };
    evil.entry.apps = vec![link("STRIPE_API_BASE"), link("STRIPE_KEY")];
    // Nor does an app of the same name, or of the same id, in its own workspace.
    let mut same = Hostile::new(&scene, "web", &[("STRIPE_API_BASE", evil.id)]);
    same.id = web.id;
    let evil_raw = evil.raw(&scene.keyring, scene.staging, |entry| entry);
    let bytes = beside(&scene, vec![evil_raw, same.raw(&scene)]);
    let vault = open(&bytes, &scene.owned.token, Scan::Lookup).unwrap();
    let given = vault.links(None, &name("web")).unwrap();
    let given: Vec<_> = given
        .iter()
        .map(|(key, to)| format!("{key} {to}"))
        .collect();
    assert_eq!(given, ["STRIPE_KEY default/name"]);
    let secret = vault.secret(None, &reference("staging/evil")).unwrap();
    assert_eq!(vault.app_count(&secret).unwrap(), 0);
    // Opening everything finds two apps with one id.
    let error = damage(everything(&bytes, &scene.owned.token), "one id twice");
    let part = Part::Record(web.id.to_string());
    assert_eq!(error, sealed::Error::Damaged(part));
}

/// An app out of reach protects a secret that names it, because it is unknown here whether it has the link.
#[test]
fn a_link_from_a_workspace_out_of_reach_counts() {
    let scene = scene();
    let web = scene.owned.change(|change| {
        let web = change.create_app(None, &name("web"))?;
        link(change, "web", "A", "staging/name")?;
        Ok(web)
    });
    let writer = scene.owned.issue("staging", true);
    let vault = open(&scene.owned.bytes(), &writer, Scan::Lookup).unwrap();
    let secret = vault.secret(None, &reference("name")).unwrap();
    assert_eq!(vault.app_count(&secret).unwrap(), 1);
    let before = scene.owned.bytes();
    let delete = |references| {
        change_as(&scene.owned.store, &writer, |change| {
            change.delete_secret(None, &reference("name"), references, Deletion::Forever)
        })
    };
    let Err(Error::InUse { message, ids, .. }) = delete(References::Keep) else {
        panic!("deleted");
    };
    let path = "staging/name is linked by the app ";
    let told = format!(
        "{path}{}, of a workspace that your key does not open",
        web.id
    );
    assert_eq!((message, ids), (told, vec![web.id.to_string()]));
    assert_eq!(scene.owned.bytes(), before);
    delete(References::Unlink).unwrap();
    let app = shown(&scene.owned.bytes(), &scene.owned.token, "web");
    assert_eq!(links(&app), ["A staging/gone"]);
}
