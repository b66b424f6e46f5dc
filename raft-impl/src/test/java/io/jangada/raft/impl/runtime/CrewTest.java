package io.jangada.raft.impl.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CrewTest {
    @Test
    void membersWorkOneAtATimeAndOncePerCallAtLeast() {
        Crew crew = new Crew(new SystemEnvironment(), "crew-under-test");
        AtomicInteger working = new AtomicInteger();
        List<Integer> overlaps = new ArrayList<>();
        CountDownLatch worked = new CountDownLatch(2);
        Runnable work =
                () -> {
                    overlaps.add(working.incrementAndGet());
                    working.decrementAndGet();
                    worked.countDown();
                };
        crew.join(work).call();
        crew.join(work).call();

        Await.until("both worked", worked);
        crew.close();

        overlaps.forEach(each -> assertEquals(1, each));
    }

    /** A reader may wait for the work of a call that came just before the end. */
    @Test
    void callsAreNotForgottenWhenTheCrewEnds() {
        for (int i = 0; i < 200; i++) {
            Crew crew = new Crew(new SystemEnvironment(), "crew-under-test");
            AtomicInteger runs = new AtomicInteger();
            Crew.Member member = crew.join(runs::incrementAndGet);

            member.call();
            crew.close();
            assertEquals(1, runs.get());

            member.call();
            assertEquals(2, runs.get());
        }
    }
}
