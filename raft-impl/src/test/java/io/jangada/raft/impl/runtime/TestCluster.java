package io.jangada.raft.impl.runtime;

import io.jangada.raft.api.Codec;
import io.jangada.raft.api.GroupId;
import io.jangada.raft.api.Member;
import io.jangada.raft.api.NodeId;
import io.jangada.raft.api.RaftConfig;
import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.ReadMode;
import io.jangada.raft.api.Role;
import io.jangada.raft.impl.memory.MemoryNetwork;
import io.jangada.raft.spi.HostSpec;
import io.jangada.raft.spi.LogStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Nodes of one process with a group of adders, on a network of their own. Nodes count from 0. */
final class TestCluster implements AutoCloseable {
    static final Codec<Long> NUMBERS = Codec.of(Long.class);
    static final GroupId GROUP = GroupId.of("adders");

    /** Quick elections, and calls that outlive the hiccups of a busy machine. */
    static final RaftConfig QUICK =
            RaftConfig.builder()
                    .electionTimeout(Duration.ofMillis(250))
                    .heartbeatInterval(Duration.ofMillis(40))
                    .requestTimeout(Duration.ofSeconds(20))
                    .build();

    final List<TestEnvironment> environments = new ArrayList<>();
    final List<Host> hosts = new ArrayList<>();
    final List<RaftGroup<Adder, Long, Long>> groups = new ArrayList<>();
    final List<Adder> machines = new ArrayList<>();
    private final Set<NodeId> cutOff = ConcurrentHashMap.newKeySet();
    private final MemoryNetwork network = new MemoryNetwork();

    TestCluster(int count, RaftConfig config, IntFunction<Adder> machine) {
        this(count, config);
        for (int i = 0; i < count; i++) {
            machines.add(machine.apply(i));
            groups.add(open(i, GROUP, machines.get(i)));
        }
    }

    /** Hosts without groups. */
    TestCluster(int count, RaftConfig config) {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            members.add(new Member(node(i), node(i) + ":1"));
        }
        for (Member member : members) {
            host(new HostSpec(member.id(), null, members, null, null, config, null, null));
        }
    }

    /** One more host. */
    Host host(HostSpec spec) {
        TestEnvironment environment = new TestEnvironment(network, cutOff);
        environments.add(environment);
        Host host = Host.open(spec, environment);
        hosts.add(host);
        return host;
    }

    /** A node that waits to be added, told of all the others and of its own address. */
    RaftGroup<Adder, Long, Long> join(String address) {
        NodeId id = node(hosts.size());
        return join(id, address, null);
    }

    RaftGroup<Adder, Long, Long> join(NodeId id, String address, @Nullable LogStore store) {
        List<Member> told = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            if (!node(i).equals(id)) {
                told.add(new Member(node(i), node(i) + ":1"));
            }
        }
        told.add(new Member(id, address));
        host(
                new HostSpec(
                        id, null, told, null, address, QUICK, store, null, null, true, 0, 64 << 20,
                        null));
        machines.add(new Adder());
        groups.add(open(hosts.size() - 1, GROUP, machines.get(machines.size() - 1)));
        return groups.get(groups.size() - 1);
    }

    static TestCluster of(int count) {
        return new TestCluster(count, QUICK, i -> new Adder());
    }

    RaftGroup<Adder, Long, Long> open(int node, GroupId group, Adder machine) {
        return hosts.get(node).group(group, machine, NUMBERS, NUMBERS);
    }

    /** Closes the group on a node, and opens it on what the store holds. */
    RaftGroup<Adder, Long, Long> reopen(int node, Adder machine) {
        groups.get(node).close();
        machines.set(node, machine);
        groups.set(node, open(node, GROUP, machine));
        return groups.get(node);
    }

    static NodeId node(int number) {
        return NodeId.of("n" + (number + 1));
    }

    /** Waits until all nodes that are not cut off follow the same leader; its number. */
    int awaitLeader() {
        Await.until(() -> "all follow one leader: " + groups, () -> agreedLeader() >= 0);
        return agreedLeader();
    }

    /** Waits until these nodes follow one of them; its number. */
    int awaitAgreed(int... numbers) {
        Await.until(() -> "they follow one leader: " + groups, () -> agreed(numbers) >= 0);
        return agreed(numbers);
    }

    private int agreed(int... numbers) {
        for (int leading : numbers) {
            boolean agreed = groups.get(leading).status().role() == Role.LEADER;
            for (int number : numbers) {
                agreed &= groups.get(number).status().leader().equals(Optional.of(node(leading)));
            }
            if (agreed) {
                return leading;
            }
        }
        return -1;
    }

    /** A node that does not lead, now that one does. */
    int awaitFollower() {
        return (awaitLeader() + 1) % groups.size();
    }

    private int agreedLeader() {
        Set<Optional<NodeId>> leaders = ConcurrentHashMap.newKeySet();
        int leading = -1;
        for (int i = 0; i < groups.size(); i++) {
            if (groups.get(i).status().role() == Role.STOPPED || cutOff.contains(node(i))) {
                continue;
            }
            leaders.add(groups.get(i).status().leader());
            if (groups.get(i).status().role() == Role.LEADER) {
                leading = i;
            }
        }
        boolean agreed = leading >= 0 && leaders.equals(Set.of(Optional.of(node(leading))));
        return agreed ? leading : -1;
    }

    void cutOff(int... numbers) {
        for (int number : numbers) {
            cutOff.add(node(number));
        }
    }

    void heal() {
        cutOff.clear();
    }

    /** Waits until every running node has applied equally much; the numbers, equal everywhere. */
    List<Long> awaitEqualMachines() {
        RaftGroup<Adder, Long, Long> leader = groups.get(awaitLeader());
        Await.get(leader.read(Adder::sum));
        long index = leader.status().appliedIndex();
        List<Long> numbers = null;
        for (RaftGroup<Adder, Long, Long> group : groups) {
            if (group.status().role() != Role.STOPPED) {
                List<Long> here = Await.get(group.read(ReadMode.atLeast(index), Adder::numbers));
                if (numbers != null && !numbers.equals(here)) {
                    throw new AssertionError("machines differ: " + numbers + " and " + here);
                }
                numbers = here;
            }
        }
        return numbers;
    }

    @Override
    public void close() {
        heal();
        environments.forEach(each -> each.gate("loop").open());
        environments.forEach(each -> each.gate("apply").open());
        for (Adder machine : machines) {
            machine.gate.open();
            machine.saveGate.open();
            machine.loadGate.open();
        }
        hosts.forEach(Host::close);
    }
}
