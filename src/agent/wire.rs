//! Writes each type into a frame, and reads it from one. There is one encoding only.

use super::frame::{Reader, Writer};
use crate::keyring::Reach;
use crate::plaintext::Plaintext;
use crate::sealed::aad_context::AadContext;
use crate::sealed::derive::Key;
use crate::sealed::id::{Id, IdKind};
use crate::sealed::index::{Index, RecordKind};
use std::io;
use std::time::Duration;
use zeroize::Zeroizing;

pub trait Wire<'f>: Sized {
    fn write(&self, out: &mut Writer);

    fn read(from: &mut Reader<'f>) -> Option<Self>;
}

/// A whole frame with this content.
pub fn encode<'f>(content: &impl Wire<'f>) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut out = Writer::default();
    content.write(&mut out);
    out.finish()
}

/// Decodes the content of exactly one frame; anything else is `None`.
pub fn decode<'f, T: Wire<'f>>(content: &'f [u8]) -> Option<T> {
    let mut from = Reader::new(content);
    let read = T::read(&mut from)?;
    from.end()?;
    Some(read)
}

/// Encodes a struct as its fields in this order, and an enum as a byte for the variant and then its fields, each
/// listed with a name to bind it to. A variant that is `never` encoded makes the frame fail.
macro_rules! wire {
    ($name:ty, $($tag:literal = $variant:ident { $($field:tt: $bound:ident),* })+
        $(never $never:ident)?) => {
        impl<'f> Wire<'f> for $name {
            fn write(&self, out: &mut Writer) {
                match self {
                    $(Self::$variant { $($field: $bound),* } => {
                        out.byte($tag);
                        $($bound.write(out);)*
                    })+
                    $(Self::$never { .. } => out.refuse(),)?
                }
            }

            fn read(from: &mut Reader<'f>) -> Option<Self> {
                Some(match from.byte()? {
                    $($tag => {
                        $(let $bound = Wire::read(from)?;)*
                        Self::$variant { $($field: $bound),* }
                    })+
                    _ => return None,
                })
            }
        }
    };
    ($name:ty { $($field:ident),* }) => {
        impl<'f> Wire<'f> for $name {
            fn write(&self, out: &mut Writer) {
                $(self.$field.write(out);)*
            }

            fn read(from: &mut Reader<'f>) -> Option<Self> {
                $(let $field = Wire::read(from)?;)*
                Some(Self { $($field),* })
            }
        }
    };
}
pub(super) use wire;

/// Encodes types that take one step each way.
macro_rules! simple {
    ($($name:ty: |$self:ident, $out:ident| $write:expr, |$from:ident| $read:expr;)+) => {$(
        impl<'f> Wire<'f> for $name {
            fn write(&self, $out: &mut Writer) {
                let $self = self;
                $write;
            }

            fn read($from: &mut Reader<'f>) -> Option<Self> {
                $read
            }
        }
    )+};
}

simple! {
    u16: |it, out| out.raw(&it.to_be_bytes()), |from| from.array().map(Self::from_be_bytes);
    u32: |it, out| out.raw(&it.to_be_bytes()), |from| from.array().map(Self::from_be_bytes);
    u64: |it, out| out.raw(&it.to_be_bytes()), |from| from.array().map(Self::from_be_bytes);
    &'f [u8]: |it, out| out.bytes(it), |from| from.bytes();
    &'f str: |it, out| out.bytes(it.as_bytes()), |from| str::from_utf8(from.bytes()?).ok();
    Vec<u8>: |it, out| out.bytes(it), |from| from.bytes().map(<[u8]>::to_vec);
    Plaintext: |it, out| out.bytes(it.expose()), |from| Some(Self::new(from.bytes()?.to_vec()));
    Key: |it, out| out.raw(it.as_slice()), |from| from.array().map(Self::new);
    Duration: |it, out| it.as_secs().write(out), |from| u64::read(from).map(Self::from_secs);
    Index: |it, out| out.raw(it.bytes()), |from| from.array().map(Self::from_bytes);
    bool: |it, out| out.byte(u8::from(*it)), |from| match from.byte()? {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    };
}

wire!(Reach, 0 = Read {} 1 = Write {});
wire!(RecordKind, 0 = Secret {} 1 = App {} 2 = Deleted {} 3 = Value {});
// The keys of workspaces have no encoding here: no request can name them.
wire!(AadContext,
    1 = WorkspaceAbout { 0: workspace }
    2 = Index { 0: workspace, 1: first }
    3 = Links { 0: workspace, 1: app }
    4 = Value { 0: workspace, 1: secret, 2: slot }
    5 = KeyAbout { 0: key }
    never Wrapped);

impl<const N: usize> Wire<'_> for [u8; N] {
    fn write(&self, out: &mut Writer) {
        out.raw(self);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        from.array()
    }
}

impl<K: IdKind + Copy> Wire<'_> for Id<K> {
    fn write(&self, out: &mut Writer) {
        out.raw(&self.bits().to_be_bytes());
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        from.array().map(u128::from_be_bytes).map(Self::from_bits)
    }
}

impl<'f, A: Wire<'f>, B: Wire<'f>> Wire<'f> for (A, B) {
    fn write(&self, out: &mut Writer) {
        self.0.write(out);
        self.1.write(out);
    }

    fn read(from: &mut Reader<'f>) -> Option<Self> {
        Some((A::read(from)?, B::read(from)?))
    }
}

/// The number of items, then each of them. Memory is reserved only as they are read.
impl<'f, T: Wire<'f>> Wire<'f> for Vec<T> {
    fn write(&self, out: &mut Writer) {
        out.count(self.len());
        for one in self {
            one.write(out);
        }
    }

    fn read(from: &mut Reader<'f>) -> Option<Self> {
        let count = u32::read(from)?;
        let mut all = Vec::new();
        for _ in 0..count {
            all.push(T::read(from)?);
        }
        Some(all)
    }
}
