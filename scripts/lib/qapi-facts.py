"""Prints facts about the QAPI schemas of a QEMU source tree as JSON, read with the parser of that very tree.

Usage: qapi-facts.py <source tree>

It prints one object: the version, and for each program its commands, events and types. Of QEMU's documentation nothing is kept but
version numbers ("Since: 8.2").
"""
import json
import os
import re
import sys

tree = os.path.abspath(sys.argv[1])
sys.path.insert(0, os.path.join(tree, "scripts"))

from qapi.schema import (  # noqa: E402
    QAPISchema,
    QAPISchemaAlternateType,
    QAPISchemaArrayType,
    QAPISchemaCommand,
    QAPISchemaEnumType,
    QAPISchemaEvent,
    QAPISchemaObjectType,
)

SCHEMAS = {
    "qemu": "qapi/qapi-schema.json",
    "storage-daemon": "storage-daemon/qapi/qapi-schema.json",
    "guest-agent": "qga/qapi-schema.json",
}
SINCE = re.compile(r"\bsince:?\s+(?:QEMU\s+)?v?(\d+(?:\.\d+)*)", re.IGNORECASE)


def version(text):
    """Return major.minor of the last version number that follows the word "since"."""
    found = SINCE.findall(text or "")
    return ".".join(found[-1].split(".")[:2]) if found else None


def section_text(section):
    return section.text if section else ""


def sections(doc):
    return getattr(doc, "all_sections", None) or getattr(doc, "sections", [])


def since(entity):
    """Return the version that an entity's documentation names."""
    if not entity.doc:
        return None
    for section in sections(entity.doc):
        kind = str(getattr(section, "kind", getattr(section, "name", ""))).lower()
        if kind.endswith("since"):
            return version("since " + section.text.strip())
    return None


def member_since(doc, name):
    section = doc and doc.args.get(name)
    return version(section_text(section))


def condition(ifcond):
    """Return a C-like expression, or None."""
    def text(spec, inner=False):
        if isinstance(spec, str):
            return spec
        (operator, operands), = spec.items()
        if operator == "not":
            return "!" + text(operands, True)
        joined = (" && " if operator == "all" else " || ").join(text(operand, True) for operand in operands)
        return "(" + joined + ")" if inner and len(operands) > 1 else joined
    return text(ifcond.ifcond) if ifcond.ifcond else None


def compact(**facts):
    return {key: value for key, value in facts.items() if value not in (None, False, [], {})}


def features(element):
    return [feature.name for feature in element.features]


def type_name(kind):
    if kind is None:
        return None
    if isinstance(kind, QAPISchemaArrayType):
        return "[" + type_name(kind.element_type) + "]"
    return kind.name


def all_docs(kind):
    """Return the documentation of an object and of its bases, where its members are described."""
    docs = []
    while kind:
        docs.append(kind.doc)
        kind = kind.base
    return docs


def members(kind, docs):
    facts = {}
    for member in kind.members:
        stated = next(filter(None, (member_since(doc, member.name) for doc in docs)), None)
        facts[member.name] = compact(
            type=type_name(member.type), optional=member.optional, since=stated,
            condition=condition(member.ifcond), features=features(member))
    return facts


def variants(kind):
    return getattr(kind, "branches", None) or getattr(kind, "variants", None) \
        or getattr(kind, "alternatives", None)


def object_facts(kind, docs):
    facts = {"members": members(kind, docs)}
    branches = variants(kind)
    if branches and branches.variants:
        facts["tag"] = branches.tag_member.name
        facts["branches"] = {
            branch.name: compact(type=None if branch.type.name == "q_empty" else branch.type.name,
                                 condition=condition(branch.ifcond))
            for branch in branches.variants}
    return compact(**facts)


def module(entity):
    return os.path.splitext(os.path.basename(entity.info.fname))[0]


def common(entity):
    return compact(module=module(entity), since=since(entity), condition=condition(entity.ifcond),
                   features=features(entity))


def arguments(kind, doc):
    """Return where the arguments or data are described: in a type with a name, or right here."""
    if kind is None or kind.name == "q_empty":
        return {}
    if kind.is_implicit():
        return object_facts(kind, [doc])
    return {"data": kind.name}


def facts_of(path):
    schema = QAPISchema(path)
    commands, events, types = {}, {}, {}
    for entity in schema._entity_list:
        if getattr(entity, "info", None) is None:
            continue
        if isinstance(entity, QAPISchemaCommand):
            commands[entity.name] = {
                **common(entity), **arguments(entity.arg_type, entity.doc),
                **compact(returns=type_name(entity.ret_type), oob=entity.allow_oob,
                          silent=not entity.success_response, open=not entity.gen)}
        elif isinstance(entity, QAPISchemaEvent):
            events[entity.name] = {**common(entity), **arguments(entity.arg_type, entity.doc)}
        elif isinstance(entity, QAPISchemaEnumType):
            types[entity.name] = {
                "kind": "enum", **common(entity),
                "values": {value.name: compact(since=member_since(entity.doc, value.name),
                                               condition=condition(value.ifcond), features=features(value))
                           for value in entity.members}}
        elif isinstance(entity, QAPISchemaAlternateType):
            types[entity.name] = {
                "kind": "alternate", **common(entity),
                "alternatives": {branch.name: compact(type=type_name(branch.type), condition=condition(branch.ifcond))
                                 for branch in variants(entity).variants}}
        elif isinstance(entity, QAPISchemaObjectType) and not entity.is_implicit():
            types[entity.name] = {"kind": "object", **common(entity), **object_facts(entity, all_docs(entity))}
    return {"commands": commands, "events": events, "types": types}


with open(os.path.join(tree, "VERSION"), encoding="ascii") as file:
    number = ".".join(file.read().strip().split(".")[:2])
programs = {program: facts_of(os.path.join(tree, path)) for program, path in SCHEMAS.items()}
json.dump({"version": number, "programs": programs}, sys.stdout, sort_keys=False)
