package io.jangada.examples.kv.resp;

/** The command is wrong: nothing was done. The message is the reply, its kind first. */
final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String reply;

    CommandException(String reply) {
        super(reply, null, false, false);
        this.reply = reply;
    }

    static CommandException error(String text) {
        return new CommandException("ERR " + text);
    }

    static CommandException syntax() {
        return error("syntax error");
    }

    static CommandException arity(String name) {
        return error("wrong number of arguments for '" + name + "' command");
    }

    static CommandException notNumber() {
        return error("value is not an integer or out of range");
    }

    Reply reply() {
        return new Reply.Failure(reply);
    }
}
