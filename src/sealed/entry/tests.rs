//! Tests that an entry reads back as it was written, and that other spellings are refused.

use super::*;
use proptest::prelude::*;

fn id() -> impl Strategy<Value = u128> {
    any::<u128>()
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z_]{0,12}", ".{0,12}", "[\"\\\\\n\t\u{1}\u{7f}é]{0,8}"]
}

fn time() -> impl Strategy<Value = Milliseconds> {
    prop_oneof![Just(5), 0..=super::super::meta::MAX_MILLISECONDS]
}

prop_compose! {
    fn slot()(slot in 0_u64..1 << 53, checksum: [u8; 32], written_at in time(), pending: bool) -> Slot {
        Slot { slot, checksum, written_at, pending }
    }
}

prop_compose! {
    fn secret()(
        name in text(),
        description in text(),
        env_key in prop::option::of("[A-Z\"]{1,8}"),
        allowed_domains in prop::collection::vec(text(), 0..3),
        rotate_every in prop::option::of(0_u64..1 << 53),
        expires_at in prop::option::of(time()),
        slots in prop::collection::vec(slot(), 1..4),
        apps in prop::collection::vec((id(), id(), text()), 0..3),
        dates in (time(), time(), prop::option::of(time())),
    ) -> Secret<'static> {
        let apps = apps.into_iter().map(|(app, workspace, env_key)| AppLink {
            app: AppId::from_bits(app),
            workspace: WorkspaceId::from_bits(workspace),
            env_key: env_key.into(),
        });
        Secret {
            name: name.into(),
            description: description.into(),
            env_key: env_key.map(Cow::from),
            allowed_domains: allowed_domains.into_iter().map(Cow::from).collect(),
            rotate_every,
            expires_at,
            slots,
            apps: apps.collect(),
            created_at: dates.0,
            updated_at: dates.1,
            deleted_at: dates.2,
        }
    }
}

fn entry() -> impl Strategy<Value = (RecordId, Entry<'static>)> {
    let app = (id(), text(), time(), time()).prop_map(|(id, name, created_at, updated_at)| {
        let name = name.into();
        let app = App {
            name,
            created_at,
            updated_at,
        };
        (RecordId::App(AppId::from_bits(id)), Entry::App(app))
    });
    let secret = (id(), secret()).prop_map(|(id, secret)| {
        (
            RecordId::Secret(SecretId::from_bits(id)),
            Entry::Secret(secret),
        )
    });
    prop_oneof![secret, app]
}

proptest! {
    #[test]
    fn an_index_reads_back_as_it_was_written(all in prop::collection::vec(entry(), 1..5)) {
        let texts: Vec<_> = all.iter().map(|(_, entry)| entry.text()).collect();
        let text = write_index(texts.iter().map(String::as_str));
        let records: Vec<_> = all.iter().map(|(id, _)| *id).collect();
        let read = parse(&text, &records).expect("written here");
        let mut each_text = Vec::new();
        each(&text, &records, |_, text| each_text.push(text)).expect("written here");
        for (position, (id, entry)) in all.iter().enumerate() {
            prop_assert_eq!(&read[position], entry);
            prop_assert_eq!(each_text[position], &texts[position]);
            prop_assert_eq!(at(&text, &records, position), Ok(texts[position].as_str()));
            let (kind, name) = entry.sorted_by(*id);
            let plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
            if kind != RecordKind::Deleted && name.bytes().all(plain) {
                let same = all.iter().filter(|(id, other)| other.sorted_by(*id) == (kind, name.clone()));
                let found = find(&text, &records, kind, &name);
                if same.count() == 1 {
                    prop_assert_eq!(found, Ok(Some((position, texts[position].as_str()))));
                } else {
                    prop_assert!(found.is_err());
                }
            }
        }
    }

    #[test]
    fn links_read_back_as_they_were_written(all in prop::collection::vec((text(), id(), id()), 0..4)) {
        let links: Vec<_> = all.iter().map(|(env_key, workspace, secret)| Link {
            env_key: env_key.into(),
            workspace: WorkspaceId::from_bits(*workspace),
            secret: SecretId::from_bits(*secret),
        }).collect();
        let text = write_links(&links);
        prop_assert_eq!(parse_links(&text), Some(links));
        let changed = text.replacen(':', ": ", 1);
        prop_assert!(all.is_empty() || parse_links(&changed).is_none());
    }

    #[test]
    fn what_is_accepted_is_written_alike(all in prop::collection::vec(entry(), 1..3), at: prop::sample::Index, byte in 32_u8..127) {
        let texts: Vec<_> = all.iter().map(|(_, entry)| entry.text()).collect();
        let mut text = write_index(texts.iter().map(String::as_str)).into_bytes();
        let position = at.index(text.len());
        text[position] = byte;
        let records: Vec<_> = all.iter().map(|(id, _)| *id).collect();
        if let Ok(text) = String::from_utf8(text)
            && let Some(read) = parse(&text, &records)
        {
            let again: Vec<_> = read.iter().map(Entry::text).collect();
            prop_assert_eq!(write_index(again.iter().map(String::as_str)), text);
        }
    }
}

#[test]
fn an_entry_has_one_spelling() {
    let checksum = encode(&[1; 32]);
    let good = format!(
        r#"[{{"name":"a","env_key":"B","slots":[{{"slot":0,"checksum":"{checksum}","written_at":2}}],"created_at":1,"updated_at":2}}]"#
    );
    let parse = |text: &str| parse(text, &[RecordId::Secret(SecretId::from_bits(1))]).is_some();
    assert!(parse(&good));
    for wrong in [
        good.replace(':', ": "),
        good.replace("\"a\"", "\"\\u0061\""),
        good.replace(
            "\"env_key\":\"B\"",
            "\"description\":\"\",\"env_key\":\"B\"",
        )
        .replace("\"slots\"", "\"allowed_domains\":[],\"slots\""),
        good.replace("\"slots\"", "\"allowed_domains\":[],\"slots\""),
        good.replace("\"slots\"", "\"rotate_every\":null,\"slots\""),
        good.replace("\"written_at\":2", "\"written_at\":1"),
        good.replace("\"updated_at\":2", "\"updated_at\":1"),
        good.replace("\"written_at\":2", "\"written_at\":2,\"pending\":false"),
        good.replace(",\"created_at\"", ",\"apps\":[],\"created_at\""),
        good.replace("\"slot\":0", "\"slot\":00"),
        good.replace("\"slot\":0", "\"slot\":9007199254740992"),
        good.replace("\"updated_at\":2", "\"updated_at\":2,\"more\":1"),
        good.replace("}]", "},]"),
        good.replace("}]", "}] "),
    ] {
        assert!(!parse(&wrong), "{wrong}");
    }
}
