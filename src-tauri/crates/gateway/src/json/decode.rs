//! Reads a [`Tree`] into a type; every fault knows the way to its member.

use casebridge_engine::ingest::MAX_TEXT;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer as _, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::{Fault, Tree};

/// Reads a tree into a type.
pub(crate) fn decode<T: DeserializeOwned>(tree: Tree) -> Result<T, Fault> {
    T::deserialize(Decoder(tree))
}

/// A tree that is being read.
///
/// An enum with content is an object whose member `kind` names the variant; the other members are the
/// variant's own.
pub(crate) struct Decoder(pub(crate) Tree);

impl<'de> Deserializer<'de> for Decoder {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Tree::Null => visitor.visit_unit(),
            Tree::Bool(value) => visitor.visit_bool(value),
            Tree::Unsigned(value) => visitor.visit_u64(value),
            Tree::Signed(value) => visitor.visit_i64(value),
            Tree::Float(value) => visitor.visit_f64(value),
            Tree::Text(text) if text.len() > MAX_TEXT => {
                Err(Fault::new(format!("is {} bytes long", text.len())).advice(TOO_LONG))
            }
            Tree::Text(text) => visitor.visit_string(text),
            Tree::List(items) => visitor.visit_seq(Items { items: items.into_iter(), next: 0 }),
            Tree::Members(members) => visitor.visit_map(Members { members: members.into_iter(), current: None }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Tree::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.0 {
            Tree::Text(name) => visitor.visit_enum(Variant { name, members: None }),
            Tree::Members(mut members) => {
                let Some(place) = members.iter().position(|(name, _)| name == "kind") else {
                    return Err(Fault::missing_field("kind"));
                };
                let name = match members.remove(place).1 {
                    // Checked here, because from the variant on nobody knows that it came from `kind`.
                    Tree::Text(name) if variants.contains(&name.as_str()) => name,
                    Tree::Text(name) => return Err(Fault::unknown_variant(&name, variants).inside("kind")),
                    other => return Err(Fault::invalid_type(other.unexpected(), &"a string").inside("kind")),
                };
                visitor.visit_enum(Variant { name, members: Some(members) })
            }
            other => Err(Fault::invalid_type(other.unexpected(), &"a string")),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

const TOO_LONG: &str = "send at most 1 MiB of text in one member";

impl Tree {
    /// What serde calls this kind of value.
    pub(crate) fn unexpected(&self) -> Unexpected<'_> {
        match self {
            Self::Null => Unexpected::Unit,
            Self::Bool(value) => Unexpected::Bool(*value),
            Self::Unsigned(value) => Unexpected::Unsigned(*value),
            Self::Signed(value) => Unexpected::Signed(*value),
            Self::Float(value) => Unexpected::Float(*value),
            Self::Text(text) => Unexpected::Str(text),
            Self::List(_) => Unexpected::Seq,
            Self::Members(_) => Unexpected::Map,
        }
    }
}

struct Items {
    items: std::vec::IntoIter<Tree>,
    next: usize,
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(item) = self.items.next() else { return Ok(None) };
        let index = self.next;
        self.next += 1;
        seed.deserialize(Decoder(item)).map(Some).map_err(|fault| fault.at(index))
    }
}

struct Members {
    members: std::vec::IntoIter<(String, Tree)>,
    current: Option<(String, Tree)>,
}

impl<'de> MapAccess<'de> for Members {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some((name, value)) = self.members.next() else { return Ok(None) };
        let (name, _) = self.current.insert((name, value));
        seed.deserialize(name.as_str().into_deserializer()).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Fault> {
        let (name, value) = self.current.take().ok_or_else(|| Fault::new("has a value without a name"))?;
        seed.deserialize(Decoder(value)).map_err(|fault| fault.inside(&name))
    }
}

struct Variant {
    name: String,
    members: Option<Vec<(String, Tree)>>,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self), Fault> {
        let value = seed.deserialize(self.name.as_str().into_deserializer())?;
        Ok((value, self))
    }
}

impl<'de> VariantAccess<'de> for Variant {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        match self.members {
            None => Ok(()),
            Some(_) => Err(Fault::invalid_type(Unexpected::Map, &"a string")),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        seed.deserialize(Decoder(Tree::Members(self.members.unwrap_or_default())))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Fault> {
        Err(Fault::invalid_type(Unexpected::Map, &"an array"))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        let members = self.members.unwrap_or_default();
        visitor.visit_map(Members { members: members.into_iter(), current: None })
    }
}
