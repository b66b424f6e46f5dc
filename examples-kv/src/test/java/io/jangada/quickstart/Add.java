package io.jangada.quickstart;

// README: command
record Add(long n) {}
// README: end
