"""The parts of a sandbox that can be looked at alone: control groups, user numbers, measuring."""

import os
import subprocess
import sys
import time

from runners.sandbox import usage
from runners.sandbox.cgroup import Cgroup, own_groups, writable_parents
from runners.sandbox.slots import Slot

V1 = "8:pids:/\n4:memory:/job/7\n2:cpu,cpuacct:/job/7\n0::/\n"
V1_MOUNTS = (
    "30 25 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n"
    "31 30 0:27 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
    "32 30 0:28 /job /sys/fs/cgroup/memory rw shared:5 - cgroup cgroup rw,memory\n"
    "33 30 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "34 30 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
)


def test_own_groups_are_found_in_version_1_beneath_a_mounted_part():
    groups = own_groups(V1, V1_MOUNTS)
    assert str(groups["pids"]) == "/sys/fs/cgroup/pids"
    assert str(groups["memory"]) == "/sys/fs/cgroup/memory/7"
    assert str(groups["cpuacct"]) == "/sys/fs/cgroup/cpu,cpuacct/job/7"
    assert str(groups[""]) == "/sys/fs/cgroup/unified"


def test_own_groups_are_found_in_version_2():
    groups = own_groups(
        "0::/user.slice/app\n", "30 25 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"
    )
    assert {name: str(folder) for name, folder in groups.items()} == {"": "/sys/fs/cgroup/user.slice/app"}


def test_a_group_of_version_2_is_read_by_its_files(tmp_path):
    (tmp_path / "cpu.stat").write_text("usage_usec 2500000\nuser_usec 1\n")
    (tmp_path / "memory.peak").write_text("1234\n")
    (tmp_path / "memory.events").write_text("low 0\noom 1\noom_kill 2\n")
    (tmp_path / "cgroup.procs").write_text("5\n6\n")
    group = Cgroup(dict.fromkeys(("memory", "pids", "cpuacct"), tmp_path), 2)
    assert group.cpu_seconds() == 2.5
    assert group.peak_bytes() == 1234
    assert group.memory_kills() == 2
    assert group.process_ids() == [5, 6]


def test_a_group_of_version_2_is_limited_by_its_files(tmp_path):
    group = Cgroup(dict.fromkeys(("memory", "pids", "cpuacct"), tmp_path / "new"), 2)
    group._limit(1 << 20, 7)
    assert (tmp_path / "new/memory.max").read_text() == str(1 << 20)
    assert (tmp_path / "new/pids.max").read_text() == "7"


def test_a_real_group_limits_counts_and_goes():
    group = Cgroup.create(memory_bytes=64 << 20, processes=5)
    if not writable_parents()[1]:
        assert group is None
        return
    doors = group.doors()

    def enter():
        for door in doors:
            os.write(door, b"0")

    done = subprocess.run([sys.executable, "-c", "x = bytearray(b'x' * (200 << 20))"], preexec_fn=enter)
    for door in doors:
        os.close(door)
    assert done.returncode == -9
    assert group.memory_kills() == 1
    assert 50 << 20 <= (group.peak_bytes() or 64 << 20) <= 64 << 20
    group.remove()
    assert not any(folder.exists() for folder in group.folders.values())


def test_sixty_spinning_processes_of_a_group_weigh_no_more_than_one_beside_it():
    """On one core for all: without a group, whoever is beside them has a sixtieth of it."""
    group = Cgroup.create(memory_bytes=1 << 30, processes=80)
    if group is None or "cpu" not in group.folders:
        return
    doors = group.doors()

    def share_a_core(*numbers):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        for door in numbers:
            os.write(door, b"0")

    spin = "while True: pass"
    many = f"import os\nfor _ in range(6): os.fork()\n{spin}"  # 64
    spinners = subprocess.Popen(
        [sys.executable, "-S", "-c", many],
        preexec_fn=lambda: share_a_core(*doors),  # noqa: PLW1509
    )
    while len(group.process_ids()) < 60:
        time.sleep(0.05)
    beside = subprocess.Popen([sys.executable, "-S", "-c", spin], preexec_fn=share_a_core)  # noqa: PLW1509
    begin = group.cpu_seconds()
    time.sleep(1)
    theirs, own = group.cpu_seconds() - begin, usage._cpu_seconds(beside.pid)
    group.remove()
    for each in (spinners, beside):
        each.kill()
        each.wait()
    for door in doors:
        os.close(door)
    assert own > theirs / 2


def test_landlock_lets_a_process_write_where_it_may_and_nowhere_else(tmp_path):
    (tmp_path / "mine").mkdir()
    code = f"""
import os, pathlib
from runners.inside import landlock
folder = pathlib.Path({str(tmp_path)!r})
version = landlock.restrict(writable=[str(folder / "mine")])
(folder / "mine/note").write_text("x")
print(version, (folder / "mine/note").read_text())
try:
    (folder / "note").write_text("x")
    print("written")
except PermissionError:
    print("refused")
try:
    os.kill(os.getppid(), 0)
    print("signalled")
except PermissionError:
    print("refused")
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    version = int(said[0])
    assert said[1] == "x"
    assert said[2] == ("refused" if version >= 1 else "written")
    assert said[3] == ("refused" if version >= 6 else "signalled")


def test_two_slots_never_share_a_user_number_and_a_closed_one_is_free_again():
    first, second = Slot(), Slot()
    assert first.uid != second.uid
    first.close()
    third = Slot()
    assert third.uid == first.uid
    second.close()
    third.close()


def test_a_meter_without_a_group_counts_the_whole_tree():
    work = "x = bytearray(b'x' * (60 << 20))\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass"
    code = f"import os, time\nos.fork()\n{work}\ntime.sleep(30)"
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        meter = usage.Meter(process.pid, None)
        until = time.monotonic() + 20
        while (meter.cpu_seconds < 0.6 or meter.peak_bytes < 120 << 20) and time.monotonic() < until:
            meter.look()
            time.sleep(0.05)
        children = usage.tree(process.pid)
        assert len(children) == 2
        for pid in reversed(children):
            os.kill(pid, 9)
    assert 0.6 <= meter.cpu_seconds < 2
    assert 120 << 20 <= meter.peak_bytes < 250 << 20
