SELECT topic, name, value FROM _about
