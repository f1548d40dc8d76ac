//! Tests a hostile writer's apps: a record that breaks a rule is damage, and one that keeps every rule harms
//! nothing outside its workspace.

use super::apart::{Apart, index};
use super::apps::{change_as, link, links, name, shown};
use super::writer::{Scene, scene};
use super::{damage, everything, now, open, reference};
use crate::keyring::Keyring;
use crate::sealed::aad_context::AadContext;
use crate::sealed::id::{AppId, SecretId};
use crate::sealed::record::{RecordId, RecordKind, write};
use crate::sealed::{self, Part, meta};
use crate::store::memory::MemoryStore;
use crate::vault::destination::Destination;
use crate::vault::slot::Choice;
use crate::vault::{Error, Scan};

/// An app as anyone with the read key of `staging` can seal it.
struct Hostile {
    id: AppId,
    meta: meta::App,
    /// Whose index it stands under.
    index: String,
}

impl Hostile {
    fn new(app: &str, links: &[(&str, SecretId)]) -> Self {
        let links = links.iter().map(|&(env_key, secret)| meta::Link {
            env_key: env_key.into(),
            secret,
        });
        Self {
            id: AppId::random(),
            meta: meta::App {
                name: app.into(),
                links: links.collect(),
                created_at: 1,
                updated_at: 2,
            },
            index: app.into(),
        }
    }

    fn line(&self, scene: &Scene) -> String {
        let place = AadContext::AppMeta(scene.staging, self.id);
        let sealed = scene.keyring.seal(place, &meta::encode(&self.meta));
        let index = scene
            .keyring
            .index(scene.staging, RecordKind::App, &self.index);
        write(
            RecordId::App(self.id),
            index.unwrap(),
            &sealed.unwrap(),
            &[],
        )
    }
}

/// The vault with these apps beside the secrets of `staging`.
fn beside(scene: &Scene, apps: &[&Hostile]) -> Vec<u8> {
    let mut lines = Apart::of(&scene.owned.bytes()).sections[1].pages.concat();
    lines.extend(apps.iter().map(|app| app.line(scene)));
    lines.sort_by_key(|line| index(line));
    scene.holding(lines)
}

/// How an app comes to break a rule.
type Break<'a> = &'a dyn Fn(&mut Hostile);

#[test]
fn a_record_that_breaks_a_rule_is_damage() {
    let scene = scene();
    let secret = SecretId::random();
    let good = || Hostile::new("web", &[("A", secret), ("B", secret)]);
    everything(&beside(&scene, &[&good()]), &scene.owned.token).unwrap();
    let cases: [(&str, Break<'_>); 8] = [
        ("another name", &|app| app.meta.name = "job".into()),
        ("another index", &|app| app.index = "job".into()),
        ("a path", &|app| {
            app.meta.name = "../web".into();
            app.index = "../web".into();
        }),
        ("an escape code", &|app| {
            app.meta.name = "\u{1b}[2J".into();
            app.index = "\u{1b}[2J".into();
        }),
        ("a key with =", &|app| {
            app.meta.links[1].env_key = "B=C".into();
        }),
        ("keys that descend", &|app| app.meta.links.reverse()),
        ("a key twice", &|app| app.meta.links[1].env_key = "A".into()),
        ("a time before 1970", &|app| app.meta.created_at = -1),
    ];
    for (case, change) in cases {
        let mut app = good();
        change(&mut app);
        let part = Part::Record(app.id.to_string());
        scene.refuse(&beside(&scene, &[&app]), &part, case);
    }
    let (one, mut two) = (good(), Hostile::new("job", &[]));
    two.id = one.id;
    let part = Part::Record(one.id.to_string());
    let bytes = beside(&scene, &[&one, &two]);
    let error = damage(everything(&bytes, &scene.owned.token), "one id twice");
    assert_eq!(error, sealed::Error::Damaged(part));
}

#[test]
fn a_link_into_another_workspace_is_one_to_nothing() {
    let scene = scene();
    let vault = open(&scene.owned.bytes(), &scene.owned.token, Scan::Lookup).unwrap();
    let theirs = vault.secret(None, &reference("default/name")).unwrap();
    let bytes = beside(&scene, &[&Hostile::new("web", &[("A", theirs.id)])]);
    everything(&bytes, &scene.owned.token).unwrap();
    let app = shown(&bytes, &scene.owned.token, "web");
    assert_eq!(links(&app), ["A staging/gone"]);
    let vault = open(&bytes, &scene.owned.token, Scan::Lookup).unwrap();
    assert_eq!(vault.app_count(&theirs).unwrap(), 0);
    let (_, reference) = vault.links(&name("web")).unwrap().remove(0);
    assert!(matches!(
        vault.value(None, &reference, Choice::At(now()), &Destination::default()),
        Err(Error::NotFound { what: "secret", .. })
    ));
}

/// An app's id can be read by all, and be given to another app where that can be written.
#[test]
fn a_stolen_id_prevents_no_link() {
    let scene = scene();
    let created = scene
        .owned
        .change(|change| change.create_app(None, name("web")));
    let mut squatter = Hostile::new("job", &[]);
    squatter.id = created.id;
    let store = MemoryStore::holding(&beside(&scene, &[&squatter]));
    change_as(&store, &scene.owned.token, |change| {
        link(change, "web", "A", "staging/name")
    })
    .unwrap();
    let bytes = store.bytes().unwrap();
    everything(&bytes, &scene.owned.token).unwrap();
    let app = shown(&bytes, &scene.owned.token, "web");
    assert_eq!(
        (app.id, links(&app)),
        (created.id, vec!["A staging/name".into()])
    );
}
