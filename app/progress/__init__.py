"""How a study is going: who is where, how sessions ended, and what is new."""
