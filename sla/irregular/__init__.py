"""Cases a supervisor should look at twice: a promise kept by other means than by answering."""
