package io.jangada.raft.testkit;

import io.jangada.raft.api.RaftGroup;
import io.jangada.raft.api.SessionExpiredException;
import io.jangada.raft.testkit.sim.MachineSwarm;
import io.jangada.raft.testkit.sim.SimCluster;
import io.jangada.raft.testkit.sim.SimNode;
import io.jangada.raft.testkit.sim.SimRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Clients that propose generated commands, each one at a time, to any node. Half of them keep a
 * session and try again until they have an answer.
 */
final class ClientLoad<C, R> implements MachineSwarm.Load {
    private static final int TRIES_MAX = 4;

    private final SimCluster cluster;
    private final SimRandom random;
    private final Supplier<C> commands;
    private final long thinkNanosMax;
    private final List<Client> clients = new ArrayList<>();
    private int left;
    private boolean stopped;

    /**
     * Clients that do nothing yet.
     *
     * @param cluster whom they call
     * @param clients how many
     * @param commands makes the next command
     * @param commandsMax how many commands in all
     * @param thinkTimeMax the longest pause of a client between two
     */
    ClientLoad(
            SimCluster cluster,
            int clients,
            Supplier<C> commands,
            int commandsMax,
            Duration thinkTimeMax) {
        this.cluster = cluster;
        this.random = cluster.simulation().random();
        this.commands = commands;
        this.left = commandsMax;
        this.thinkNanosMax = thinkTimeMax.toNanos();
        for (int i = 0; i < clients; i++) {
            this.clients.add(new Client(i % 2 == 0));
        }
    }

    @Override
    public void start() {
        clients.forEach(Client::think);
    }

    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public boolean isIdle() {
        return clients.stream().allMatch(client -> client.idle);
    }

    /** Proposes a command of the type that the node's group takes. */
    static <C> void writeTo(SimNode node, C command) {
        ClientLoad.<C, Object>group(node).write(command);
    }

    /** The group of a node, of the types that this run has. */
    @SuppressWarnings("unchecked")
    private static <C, R> RaftGroup<?, C, R> group(SimNode node) {
        return (RaftGroup<?, C, R>) node.anyGroup();
    }

    private final class Client {
        private final boolean keepsSession;
        private long session;
        private long sequence;
        private boolean idle;

        Client(boolean keepsSession) {
            this.keepsSession = keepsSession;
        }

        void think() {
            cluster.simulation().schedule(random.between(1, thinkNanosMax), this::next);
        }

        private void next() {
            if (stopped || left <= 0) {
                idle = true;
            } else if (keepsSession && session == 0) {
                openSession();
            } else {
                left--;
                sequence++;
                attempt(commands.get(), 1);
            }
        }

        private void openSession() {
            List<SimNode> up = up();
            if (up.isEmpty()) {
                think();
                return;
            }
            Once once = new Once(this::think);
            random.pick(up)
                    .anyGroup()
                    .openSession()
                    .whenComplete(
                            (id, failure) -> {
                                if (once.claim()) {
                                    session = id == null ? 0 : id;
                                    sequence = 0;
                                    think();
                                }
                            });
        }

        private void attempt(C command, int tries) {
            List<SimNode> up = up();
            Once once = new Once(() -> again(command, tries));
            if (up.isEmpty()) {
                return; // Patience decides.
            }
            RaftGroup<?, C, R> group = group(random.pick(up));
            CompletableFuture<R> reply =
                    session == 0 ? group.write(command) : group.write(session, sequence, command);
            reply.whenComplete(
                    (value, failure) -> {
                        if (!once.claim()) {
                            return;
                        }
                        if (failure == null) {
                            think();
                            return;
                        }
                        if (failure instanceof SessionExpiredException) {
                            session = 0; // What became of the command is not known any more.
                        }
                        again(command, tries);
                    });
        }

        private void again(C command, int tries) {
            if (session != 0 && tries < TRIES_MAX && !stopped) {
                cluster.simulation()
                        .schedule(
                                random.between(1, thinkNanosMax),
                                () -> attempt(command, tries + 1));
            } else {
                think();
            }
        }

        private List<SimNode> up() {
            List<SimNode> up = new ArrayList<>(cluster.memberNodes());
            if (up.isEmpty()) {
                up.addAll(cluster.nodes());
            }
            up.removeIf(node -> !node.isUp() || node.isStopped());
            return up;
        }
    }

    /** Something that ends once: by an answer, or because nobody waits any longer. */
    private final class Once {
        private boolean over;

        Once(Runnable whenLate) {
            long patience = 2 * cluster.config().requestTimeout().toNanos();
            cluster.simulation()
                    .schedule(
                            patience,
                            () -> {
                                if (claim()) {
                                    whenLate.run();
                                }
                            });
        }

        boolean claim() {
            boolean first = !over;
            over = true;
            return first;
        }
    }
}
