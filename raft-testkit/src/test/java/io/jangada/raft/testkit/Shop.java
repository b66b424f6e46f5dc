package io.jangada.raft.testkit;

import io.jangada.raft.spi.Applied;
import io.jangada.raft.spi.BatchStateMachine;
import io.jangada.raft.spi.SnapshotReader;
import io.jangada.raft.spi.SnapshotView;
import io.jangada.raft.spi.SnapshotViews;
import io.jangada.raft.spi.SnapshotWriter;
import io.jangada.raft.spi.StateMachine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A shop that hands out order numbers and counts what was ordered: right as it is, and wrong in
 * each of the ways that people know from experience.
 */
class Shop implements StateMachine<Shop.Order, Shop.Receipt> {
    record Order(String item, int count) {}

    record Receipt(long number, String text) {}

    final Map<String, Integer> sold = newMap();
    long lastNumber;

    /** Ordered last; nothing but queries looks at it. */
    String lastItem = "";

    static Order order(Random random) {
        return new Order("item" + random.nextInt(6), 1 + random.nextInt(5));
    }

    Map<String, Integer> newMap() {
        return new TreeMap<>();
    }

    @Override
    public Receipt apply(Order order, Applied at) {
        sold.merge(order.item(), order.count(), Integer::sum);
        lastItem = order.item();
        return new Receipt(++lastNumber, "ok");
    }

    @Override
    public void save(SnapshotWriter out) throws IOException {
        saveSold(sold, out);
        out.writeLong(lastNumber);
        out.writeUTF(lastItem);
    }

    static void saveSold(Map<String, Integer> sold, SnapshotWriter out) throws IOException {
        out.writeInt(sold.size());
        for (Map.Entry<String, Integer> each : sold.entrySet()) {
            out.writeUTF(each.getKey());
            out.writeInt(each.getValue());
        }
    }

    @Override
    public void load(SnapshotReader in) throws IOException {
        loadSold(in);
        lastNumber = in.readLong();
        lastItem = in.readUTF();
    }

    void loadSold(SnapshotReader in) throws IOException {
        sold.clear();
        for (int left = in.readInt(); left > 0; left--) {
            sold.put(in.readUTF(), in.readInt());
        }
    }

    /** Right, with views and batches. */
    static final class WithViewsAndBatches extends Shop
            implements SnapshotViews, BatchStateMachine<Order, Receipt> {
        /** Not part of the state, and said so. */
        private transient int batches;

        @Override
        public List<Receipt> applyAll(List<Order> orders, List<Applied> at) {
            batches++;
            List<Receipt> receipts = new ArrayList<>();
            for (int i = 0; i < orders.size(); i++) {
                receipts.add(apply(orders.get(i), at.get(i)));
            }
            return receipts;
        }

        @Override
        public SnapshotView view() {
            Map<String, Integer> soldThen = new TreeMap<>(sold);
            long numberThen = lastNumber;
            String itemThen = lastItem;
            return out -> {
                saveSold(soldThen, out);
                out.writeLong(numberThen);
                out.writeUTF(itemThen);
            };
        }
    }

    /** Tells customers how many were served with them. */
    static final class WithBatchesThatShow extends Shop
            implements BatchStateMachine<Order, Receipt> {
        @Override
        public List<Receipt> applyAll(List<Order> orders, List<Applied> at) {
            List<Receipt> receipts = new ArrayList<>();
            for (int i = 0; i < orders.size(); i++) {
                Receipt receipt = apply(orders.get(i), at.get(i));
                receipts.add(new Receipt(receipt.number(), "one of " + orders.size()));
            }
            return receipts;
        }
    }

    /** Writes on the receipt when it was printed. */
    static final class WithClock extends Shop {
        @Override
        public Receipt apply(Order order, Applied at) {
            Receipt receipt = super.apply(order, at);
            return new Receipt(receipt.number(), "printed at " + System.nanoTime());
        }
    }

    /** Sometimes gives one more. */
    static final class WithLuck extends Shop {
        @Override
        public Receipt apply(Order order, Applied at) {
            int extra = ThreadLocalRandom.current().nextInt(4) == 0 ? 1 : 0;
            return super.apply(new Order(order.item(), order.count() + extra), at);
        }
    }

    /** Lists what was sold in the order of identity hash codes. */
    static final class WithHashOrder extends Shop {
        private static final class Item {
            private final String name;

            Item(String name) {
                this.name = name;
            }
        }

        @Override
        public Receipt apply(Order order, Applied at) {
            Receipt receipt = super.apply(order, at);
            Map<Item, Integer> items = new HashMap<>();
            sold.forEach((name, count) -> items.put(new Item(name), count));
            StringBuilder list = new StringBuilder();
            items.keySet().forEach(item -> list.append(item.name).append(' '));
            return new Receipt(receipt.number(), list.toString());
        }
    }

    /** Saves in the order in which the items were ordered first, and says that equal is equal. */
    static final class WithSavedHashOrder extends Shop {
        @Override
        Map<String, Integer> newMap() {
            // Small, so that names collide, and whoever came first stands first.
            return new HashMap<>(2, 100f);
        }

        @Override
        void loadSold(SnapshotReader in) throws IOException {
            Map<String, Integer> read = new LinkedHashMap<>();
            for (int left = in.readInt(); left > 0; left--) {
                read.put(in.readUTF(), in.readInt());
            }
            sold.clear();
            List<String> names = new ArrayList<>(read.keySet());
            Collections.reverse(names);
            names.forEach(name -> sold.put(name, read.get(name)));
        }
    }

    /** Forgets the number that it handed out last, which later receipts need. */
    static final class WithForgottenNumber extends Shop {
        @Override
        public void save(SnapshotWriter out) throws IOException {
            saveSold(sold, out);
            out.writeUTF(lastItem);
        }

        @Override
        public void load(SnapshotReader in) throws IOException {
            loadSold(in);
            lastItem = in.readUTF();
        }
    }

    /** Forgets what only queries look at: no reply and no saved byte shows it. */
    static final class WithForgottenItem extends Shop {
        @Override
        public void save(SnapshotWriter out) throws IOException {
            saveSold(sold, out);
            out.writeLong(lastNumber);
        }

        @Override
        public void load(SnapshotReader in) throws IOException {
            loadSold(in);
            lastNumber = in.readLong();
        }
    }

    /** Hands out its own map in a view. */
    static final class WithLiveView extends Shop implements SnapshotViews {
        @Override
        public SnapshotView view() {
            return this::save;
        }
    }

    /** Numbers the receipts of all shops of this JVM. */
    static final class WithStatic extends Shop {
        private static long number;

        @Override
        public Receipt apply(Order order, Applied at) {
            super.apply(order, at);
            return new Receipt(++number, "ok");
        }
    }

    /** Throws where it should answer. */
    static final class Throwing extends Shop {
        @Override
        public Receipt apply(Order order, Applied at) {
            if (lastNumber == 7) {
                throw new IllegalStateException("out of paper");
            }
            return super.apply(order, at);
        }
    }

    /** Reads an int where it wrote a long. */
    static final class Misreading extends Shop {
        @Override
        public void load(SnapshotReader in) throws IOException {
            loadSold(in);
            lastNumber = in.readInt();
            lastItem = in.readUTF();
            if (in.read() >= 0) {
                throw new IOException("there is more");
            }
        }
    }
}
