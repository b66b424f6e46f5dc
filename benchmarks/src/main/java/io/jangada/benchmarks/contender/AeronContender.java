package io.jangada.benchmarks.contender;

import io.aeron.archive.Archive;
import io.aeron.archive.ArchiveThreadingMode;
import io.aeron.archive.client.AeronArchive;
import io.aeron.cluster.ClusteredMediaDriver;
import io.aeron.cluster.ConsensusModule;
import io.aeron.cluster.service.Cluster;
import io.aeron.cluster.service.ClusteredServiceContainer;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.driver.ext.DebugReceiveChannelEndpoint;
import io.aeron.driver.ext.DebugSendChannelEndpoint;
import io.aeron.driver.ext.LossGenerator;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.agrona.IoUtil;
import org.agrona.concurrent.NoOpLock;
import org.jspecify.annotations.Nullable;

/**
 * Aeron Cluster: archive and cluster files synced, threads shared, one client whose thread sends
 * and receives for all. It has no reads beside its log.
 */
final class AeronContender implements Contender {
    /** Data, not the files' metadata, which do not change within a segment. */
    private static final int SYNC_DATA = 1;

    private static final int PORTS_PER_NODE = 5;
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    private final List<AeronNode> nodes = new ArrayList<>();
    private @Nullable AeronClient client;
    private ClusterSpec spec = new ClusterSpec(Path.of(""));
    private String[][] endpoints = {};

    @Override
    public Set<Trait> traits() {
        return Set.of(Trait.DURABLE, Trait.CUT, Trait.RESTART);
    }

    @Override
    public void start(ClusterSpec newSpec) throws IOException {
        spec = newSpec;
        if (endpoints.length == 0) {
            int[] ports = Ports.free(ClusterSpec.NODES * PORTS_PER_NODE);
            endpoints = new String[ClusterSpec.NODES][PORTS_PER_NODE];
            for (int i = 0; i < ports.length; i++) {
                endpoints[i / PORTS_PER_NODE][i % PORTS_PER_NODE] = Ports.HOST + ":" + ports[i];
            }
        }
        AtOnce.start(nodes, AeronNode::new);
        client = new AeronClient(driverFolder("client"), ingressEndpoints());
    }

    /** What Aeron shares between its parts goes where it goes by default. */
    private String driverFolder(String name) {
        Path parent = Files.isDirectory(SHARED_MEMORY) ? SHARED_MEMORY : spec.folder();
        return parent.resolve(prefix(ProcessHandle.current().pid()) + name).toString();
    }

    private static String prefix(long pid) {
        return "aeron-bench-" + pid + "-";
    }

    /** Removes the shared memory of a process that did not end in order. */
    static void removeRemains(long pid) {
        File[] remains =
                SHARED_MEMORY.toFile().listFiles((dir, name) -> name.startsWith(prefix(pid)));
        for (File each : remains == null ? new File[0] : remains) {
            IoUtil.delete(each, true);
        }
    }

    /** Of each member: ingress, consensus, log, catch-up, archive. */
    private String members() {
        StringBuilder members = new StringBuilder();
        for (int i = 0; i < endpoints.length; i++) {
            members.append(i).append(',').append(String.join(",", endpoints[i])).append('|');
        }
        return members.toString();
    }

    private String ingressEndpoints() {
        List<String> ingress = new ArrayList<>();
        for (int i = 0; i < endpoints.length; i++) {
            ingress.add(i + "=" + endpoints[i][0]);
        }
        return String.join(",", ingress);
    }

    @Override
    public int leader() {
        for (int i = 0; i < nodes.size(); i++) {
            AeronNode node = nodes.get(i);
            if (!node.cut && node.service.role() == Cluster.Role.LEADER) {
                return i;
            }
        }
        return -1;
    }

    /** The client knows the leader itself. */
    @Override
    public void write(int node, byte[] command, Completion done) {
        AeronClient opened = client;
        if (opened == null) {
            done.fail(new IOException("not started"));
        } else {
            opened.write(command, done);
        }
    }

    /** All its datagrams are lost; closing it would end its streams, which the others would see. */
    @Override
    public void cut(int node) {
        nodes.get(node).cut = true;
    }

    @Override
    public void heal(int node) throws IOException {
        nodes.get(node).close();
        nodes.set(node, new AeronNode(node));
    }

    @Override
    public List<KvMap> maps() {
        return nodes.stream().map(node -> node.service.map()).toList();
    }

    @Override
    public void close() {
        if (client != null) {
            client.close();
            client = null;
        }
        nodes.forEach(AeronNode::close);
        nodes.clear();
    }

    /** Driver, archive, consensus module and service of one member. */
    private final class AeronNode {
        private final AeronService service = new AeronService();
        private final ClusteredMediaDriver driver;
        private final ClusteredServiceContainer container;
        private volatile boolean cut;

        AeronNode(int number) throws IOException {
            String folder = driverFolder("n" + number);
            Path data = spec.folder(number);
            Archive.Context archive = archive(number, folder, data);
            AeronArchive.Context archiveClient =
                    new AeronArchive.Context()
                            .lock(NoOpLock.INSTANCE)
                            .controlRequestChannel(archive.localControlChannel())
                            .controlRequestStreamId(archive.localControlStreamId())
                            .controlResponseChannel(archive.localControlChannel())
                            .aeronDirectoryName(folder);
            driver =
                    ClusteredMediaDriver.launch(
                            media(folder),
                            archive,
                            consensus(number, folder, data).archiveContext(archiveClient.clone()));
            container =
                    ClusteredServiceContainer.launch(
                            new ClusteredServiceContainer.Context()
                                    .aeronDirectoryName(folder)
                                    .archiveContext(archiveClient.clone())
                                    .clusterDir(data.resolve("cluster").toFile())
                                    .clusteredService(service)
                                    .terminationHook(() -> {}));
        }

        private MediaDriver.Context media(String folder) {
            MediaDriver.Context media =
                    new MediaDriver.Context()
                            .aeronDirectoryName(folder)
                            .threadingMode(ThreadingMode.SHARED)
                            .termBufferSparseFile(true)
                            .dirDeleteOnStart(true)
                            .dirDeleteOnShutdown(true);
            if (spec.cuttable()) {
                LossGenerator loss = (address, buffer, length) -> cut;
                media.sendChannelEndpointSupplier(
                                (channel, status, context) ->
                                        new DebugSendChannelEndpoint(
                                                channel, status, context, loss, loss))
                        .receiveChannelEndpointSupplier(
                                (channel, dispatcher, status, context) ->
                                        new DebugReceiveChannelEndpoint(
                                                channel, dispatcher, status, context, loss, loss));
            }
            return media;
        }

        private Archive.Context archive(int number, String folder, Path data) {
            return new Archive.Context()
                    .aeronDirectoryName(folder)
                    .archiveDir(data.resolve("archive").toFile())
                    .controlChannel("aeron:udp?endpoint=" + endpoints[number][4])
                    .localControlChannel("aeron:ipc?term-length=64k")
                    .replicationChannel("aeron:udp?endpoint=" + Ports.HOST + ":0")
                    .recordingEventsEnabled(false)
                    .threadingMode(ArchiveThreadingMode.SHARED)
                    .fileSyncLevel(SYNC_DATA)
                    .catalogFileSyncLevel(SYNC_DATA);
        }

        private ConsensusModule.Context consensus(int number, String folder, Path data) {
            long timeout = ClusterSpec.ELECTION_TIMEOUT.toNanos();
            return new ConsensusModule.Context()
                    .aeronDirectoryName(folder)
                    .clusterDir(data.resolve("cluster").toFile())
                    .clusterMemberId(number)
                    .clusterMembers(members())
                    .ingressChannel("aeron:udp")
                    .replicationChannel("aeron:udp?endpoint=" + Ports.HOST + ":0")
                    .fileSyncLevel(SYNC_DATA)
                    .leaderHeartbeatTimeoutNs(timeout)
                    .electionTimeoutNs(timeout)
                    .startupCanvassTimeoutNs(5 * timeout)
                    .terminationHook(() -> {});
        }

        void close() {
            driver.consensusModule().close();
            container.close();
            driver.close();
        }
    }
}
