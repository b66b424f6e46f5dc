"""Sums up the test reports below the current folder; the argument is Maven's exit code."""

import glob
import sys
import xml.etree.ElementTree as ElementTree


def outcome(case):
    """A test has failed, was skipped, or passed."""
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "skipped" if case.find("skipped") is not None else "passed"


def name(report, case):
    where = " (other Java)" if "-other-java" in report else ""
    return f"{case.get('classname')}.{case.get('name')}{where}"


def reason(skipped):
    return skipped.get("message") or (skipped.text or "no reason given").strip().splitlines()[0]


def main():
    build = int(sys.argv[1])
    count = {"passed": 0, "failed": 0, "skipped": 0}
    print()
    for report in sorted(glob.glob("*/target/*-reports*/TEST-*.xml")):
        try:
            cases = ElementTree.parse(report).getroot().findall("testcase")
        except ElementTree.ParseError as error:
            print(f"failed: {report} is cut off: {error}")
            count["failed"] += 1
            continue
        for case in cases:
            result = outcome(case)
            count[result] += 1
            if result == "failed":
                print(f"failed: {name(report, case)}")
            elif result == "skipped":
                print(f"skipped: {name(report, case)}: {reason(case.find('skipped'))}")

    if build != 0 and count["failed"] == 0:
        print(f"failed: the build, outside the tests (Maven's exit code is {build}; see above)")
        count["failed"] = 1
    if sum(count.values()) == 0:
        print("failed: there is not one test report")
        count["failed"] = 1
    print("{passed} passed, {failed} failed, {skipped} skipped".format(**count))
    return 0 if build == 0 and count["failed"] == 0 else 1


sys.exit(main())
