package io.jangada.architecture.specimen.raft.testkit;

import net.jqwik.api.Arbitrary;

/** Cannot be loaded without jqwik. */
interface EagerKit {
    Arbitrary<String> names();
}
