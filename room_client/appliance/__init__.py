"""What makes a computer a room that nobody looks after: its enrolment, its screen, its service, its watchdog."""
