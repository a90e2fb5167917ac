#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Check what the tool printed under -J against Documentation/json.rst.

usage: json_contract.py DIRECTORY OBJECTS

DIRECTORY has for each run a directory with the files args (its words, one a
line), stdout and status; OBJECTS is a file with the names of the objects. A line on stdout for each fault; exit status 1 if
there was one.
"""
import errno
import json
import pathlib
import re
import sys

VERSION = 2
KEY = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
ADDRESS = re.compile(r"0x[0-9a-f]+")
ERROR_KEYS = {"exit", "message", "errno", "name", "kernel"}
# Strings of digits: a u64 that may pass 2^53.
WIDE = {"time", "seed"}
# Strings "0x...".
ADDRESSES = {"address", "handle", "start", "end", "entry", "table_address", "physical", "expected", "found",
             "hash", "user", "caller", "mapped_at", "shadow", "hardware"}
# Texts that somebody chose: they may look like anything.
FREE = {"name", "text", "data", "comm", "command", "file", "message", "kernel", "arena", "region", "cache", "version",
        "memctl", "module", "sdm"}
# Objects, or commands of objects, that print one document a line until they are stopped.
STREAMS = ({"monitor"}, {"region", "trace"})
# Exit statuses that a result has by itself, without a complaint.
VERDICTS = {"verify": {5}, "pt": {5}, "why": {2}}


class Fault(Exception):
    """A sentence of the contract that does not hold."""


def unique(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise Fault(f"a key twice among {keys}")
    return dict(pairs)


def parse(text):
    """All documents of a text."""
    decoder = json.JSONDecoder(object_pairs_hook=unique)
    documents = []
    at = 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        value, at = decoder.raw_decode(text, at)
        documents.append(value)
    return documents


def check_string(key, value, where):
    if any(0xD800 <= ord(character) <= 0xDFFF for character in value):
        raise Fault(f"{where}: half a character")
    if key in WIDE:
        good = re.fullmatch(r"[0-9]+", value)
    elif key in ADDRESSES:
        # In the plan of a replay it is a time.
        good = ADDRESS.fullmatch(value) or re.fullmatch(r"[0-9-]+T[0-9:]+Z", value)
    elif key in FREE:
        good = True
    else:
        good = value not in ("", "-", "none") and not NUMBER.fullmatch(value)
    if not good:
        raise Fault(f"{where}: {value!r}")


def check_value(key, value, where, types):
    """A value and all in it; @types collects which type each path has."""
    kind = type(value)
    if value is not None:
        types.setdefault(where, set()).add(float if kind is int else kind)
        if len(types[where]) > 1:
            raise Fault(f"{where}: of several types")
    if kind is dict:
        for name, part in value.items():
            if not KEY.fullmatch(name):
                raise Fault(f"{where}: key {name!r} is no snake_case")
            check_value(name, part, f"{where}.{name}", types)
    elif kind is list:
        for part in value:
            check_value(key, part, where + "[]", types)
    elif kind is str:
        check_string(key, value, where)
    elif kind in (int, float):
        if key in WIDE | ADDRESSES:
            raise Fault(f"{where}: a number")
        if abs(value) > 2 ** 53:
            raise Fault(f"{where}: {value} passes 2^53")


def check_error(error, status):
    if set(error) != ERROR_KEYS:
        raise Fault(f"keys of error: {sorted(error)}")
    if error["exit"] != status and status < 126:
        raise Fault(f"error.exit is {error['exit']}, the exit status {status}")
    if not error["message"] or not isinstance(error["message"], str):
        raise Fault("error.message is empty")
    if error["exit"] == 2 and None in error.values():
        raise Fault(f"a refusal without all of errno, name and kernel: {error}")
    if (error["errno"] is None) != (error["name"] is None):
        raise Fault("errno and name do not go together")
    if error["errno"] is not None and getattr(errno, error["name"], None) != error["errno"]:
        raise Fault(f"errno {error['errno']} is not {error['name']}")


def check_document(document, obj, status, types):
    if not isinstance(document, dict) or document.get("output_version") != VERSION:
        raise Fault("no output_version")
    keys = set(document) - {"output_version", "error"}
    if keys - {obj} or not set(document) - {"output_version"}:
        raise Fault(f"keys of the document: {sorted(document)}, of object {obj!r}")
    if obj in document:
        value = document[obj]
        if not isinstance(value, (dict, list)):
            raise Fault(f"the value of {obj!r} is no object and no array")
        check_value(obj, value, obj + ("[]" if isinstance(value, list) else ""), types)
    if "error" in document:
        check_error(document["error"], status)
        check_value("error", document["error"], "error", types)


def find_object(args, objects):
    """The object that the first word to name or to begin just one means, and the words from there."""
    for i, word in enumerate(args):
        named = [name for name in objects if name == word] or [name for name in objects if name.startswith(word)]
        if len(named) == 1:
            return named[0], args[i:]
    return None, args


def check_run(run, objects, types):
    args = (run / "args").read_text().splitlines()
    status = int((run / "status").read_text())
    obj, rest = find_object(args, objects)
    if obj == "help" or set(args) & {"-h", "--help"}:
        return
    try:
        text = (run / "stdout").read_bytes().decode("utf-8")
        documents = parse(text)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Fault(str(error)) from error
    stream = any(words <= set(rest[:2]) for words in STREAMS)
    if stream and len(text.splitlines()) != len(documents):
        raise Fault("not one document a line")
    if not stream and len(documents) != 1:
        raise Fault(f"{len(documents)} documents")
    for document in documents:
        check_document(document, obj, status, types)
    complained = any("error" in document for document in documents)
    if complained != (status not in {0} | VERDICTS.get(obj, set())) and not (complained and status):
        raise Fault(f"exit status {status}, and {'an' if complained else 'no'} error")


def main():
    objects = set(pathlib.Path(sys.argv[2]).read_text().split())
    types = {}
    faults = nr = 0
    for run in sorted(pathlib.Path(sys.argv[1]).iterdir()):
        nr += 1
        try:
            check_run(run, objects, types)
        except Fault as fault:
            faults += 1
            words = " ".join((run / "args").read_text().splitlines())
            print(f"memctl {words}: {fault}")
    print(f"{nr} runs, {faults} faults")
    return faults > 0 or nr == 0


sys.exit(main())
