package io.jangada.examples.kv.resp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jangada.examples.kv.Decimal;
import java.util.List;
import java.util.Locale;

/** The words of a request: the command's name at 0, its arguments from 1. */
final class Args {
    private final List<byte[]> words;
    private final RespConfig config;

    Args(List<byte[]> words, RespConfig config) {
        this.words = words;
        this.config = config;
    }

    /** How many words there are, the name included: what Redis calls arity. */
    int count() {
        return words.size();
    }

    byte[] bytes(int at) {
        return words.get(at);
    }

    /** The words from there on, as a command of their own. */
    Args from(int at) {
        return new Args(words.subList(at, words.size()), config);
    }

    byte[] key(int at) {
        byte[] key = words.get(at);
        if (key.length > RespConfig.KEY_BYTES_MAX) {
            throw CommandException.error(
                    "key is larger than " + RespConfig.KEY_BYTES_MAX + " bytes");
        }
        return key;
    }

    List<byte[]> keys(int from) {
        for (int i = from; i < count(); i++) {
            key(i);
        }
        return List.copyOf(words.subList(from, count()));
    }

    byte[] value(int at) {
        byte[] value = words.get(at);
        if (value.length > config.valueBytesMax()) {
            throw CommandException.error(
                    "value is larger than " + config.valueBytesMax() + " bytes");
        }
        return value;
    }

    int valueBytesMax() {
        return config.valueBytesMax();
    }

    long number(int at) {
        return Decimal.parse(words.get(at)).orElseThrow(CommandException::notNumber);
    }

    String text(int at) {
        return new String(words.get(at), UTF_8);
    }

    /** In lower case, as names of commands and options are compared. */
    String word(int at) {
        return text(at).toLowerCase(Locale.ROOT);
    }
}
