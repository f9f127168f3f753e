-- What a worker told after its attempt had been taken from it is kept with that attempt, for whoever
-- finds out what became of the press. Nothing else of an attempt ever changes.
grant update (result) on attempts to dbolt_orchestrator;
