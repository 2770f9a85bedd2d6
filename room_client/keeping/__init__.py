"""Store and forward: while its line is down, a room that has the floor keeps what it would have sent, and hands it
over afterwards. What of it is taken the server says; the rest is deleted here."""
