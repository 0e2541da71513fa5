//! Contacts, accounts, users and roles.

use super::{Column, Entity, OnDelete};

pub(super) fn all() -> Vec<Entity> {
    vec![
        Entity::new(
            "Contact",
            vec![
                Column::medium("Name").required(),
                Column::medium("Surname"),
                Column::medium("GivenName"),
                Column::medium("MiddleName"),
                Column::medium("Email").indexed(),
                Column::medium("Phone"),
                Column::medium("MobilePhone"),
                Column::medium("HomePhone"),
                Column::medium("JobTitle"),
                Column::lookup("AccountId", "Account"),
                Column::lookup("TypeId", "ContactType"),
                Column::lookup("OwnerId", "Contact").on_delete(OnDelete::Clear),
                Column::max_text("Notes"),
                Column::bool("DoNotUseEmail"),
                Column::bool("DoNotUseCall"),
                Column::bool("DoNotUseSms"),
                Column::bool("DoNotUseFax"),
                Column::bool("DoNotUseMail"),
            ],
        ),
        Entity::new(
            "ContactCommunication",
            vec![
                Column::lookup("ContactId", "Contact").indexed().on_delete(OnDelete::Cascade),
                Column::lookup("CommunicationTypeId", "CommunicationType"),
                Column::medium("Number").required().indexed(),
                Column::medium("SearchNumber"),
                Column::medium("SocialMediaId"),
                Column::int("Position"),
                Column::bool("Primary"),
                Column::bool("NonActual"),
            ],
        ),
        Entity::new(
            "Account",
            vec![
                Column::medium("Name").required(),
                Column::medium("Code"),
                Column::medium("Phone"),
                Column::medium("Web"),
                Column::lookup("OwnerId", "Contact").on_delete(OnDelete::Clear),
                Column::lookup("PrimaryContactId", "Contact").on_delete(OnDelete::Clear),
            ],
        ),
        admin_unit("SysAdminUnit"),
        admin_unit("VwSysRole"),
    ]
}

/// Type values: 0 organisation, 1 department, 2 manager, 3 team, 4 user, 5 external user, 6 functional role.
fn admin_unit(name: &str) -> Entity {
    Entity::new(
        name,
        vec![
            Column::medium("Name").required(),
            Column::int("SysAdminUnitTypeValue"),
            Column::lookup("ParentRoleId", "SysAdminUnit").on_delete(OnDelete::Clear),
            Column::lookup("ContactId", "Contact").on_delete(OnDelete::Clear),
            Column::bool("Active"),
            // 0 employee, 1 external.
            Column::int("ConnectionType"),
        ],
    )
}
