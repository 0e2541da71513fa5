"""simple-salesforce, as anybody would use it, against the stand-in org over TLS. Nothing is made for the other.

The client speaks HTTPS only, so it has to trust the stand-in's own authority. Arguments: the stand-in's TLS address, the
file of the authority, an access token. Prints one line per step, and fails with the first that is wrong.
"""

import sys

import requests
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceMalformedRequest, SalesforceResourceNotFound


def main(address: str, authority: str, token: str) -> None:
    session = requests.Session()
    session.verify = authority
    session.trust_env = False
    instance = address.removeprefix("https://")
    org = Salesforce(instance=instance, session_id=token, version="66.0", session=session)

    made = org.Case.create({"Subject": "From Python", "Origin": "Email"})
    assert made["success"] and len(made["id"]) == 18, made
    print("created")

    assert org.Case.get(made["id"])["Subject"] == "From Python"
    assert org.Case.update(made["id"], {"Subject": "Changed"}) == 204
    assert org.Case.upsert("Casebridge_Id__c/py-1", {"Subject": "Upserted"}) in (200, 201)
    assert org.Case.get_by_custom_id("Casebridge_Id__c", "py-1")["Subject"] == "Upserted"
    print("read, changed and upserted")

    found = org.query_all("SELECT Id, Owner.Name FROM Case WHERE Subject = 'Changed'")
    assert found["totalSize"] == 1 and found["records"][0]["Id"] == made["id"], found
    org.CaseComment.create({"ParentId": made["id"], "CommentBody": "grüß dich"})
    comments = org.query(f"SELECT CommentBody, Parent.Subject FROM CaseComment WHERE ParentId = '{made['id']}'")
    assert comments["records"][0]["Parent"]["Subject"] == "Changed", comments
    print("queried")

    assert any(field["name"] == "Subject" for field in org.Case.describe()["fields"])
    assert any(each["name"] == "Case" for each in org.describe()["sobjects"])
    assert org.limits()["DailyApiRequests"]["Max"] > 0
    assert org.api_usage["api-usage"].used > 0, org.api_usage
    print("described, and the use is counted")

    try:
        org.Case.create({"Foo": 1})
        raise SystemExit("a field that is not there was taken")
    except SalesforceMalformedRequest as refusal:
        assert refusal.content[0]["errorCode"] == "INVALID_FIELD", refusal
    assert org.Case.delete(made["id"]) == 204
    try:
        org.Case.get(made["id"])
        raise SystemExit("a deleted case was read")
    except SalesforceResourceNotFound as refusal:
        assert refusal.content[0]["errorCode"] == "ENTITY_IS_DELETED", refusal
    print("refused and deleted")


if __name__ == "__main__":
    main(*sys.argv[1:])
