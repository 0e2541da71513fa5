/** Tells Casebridge of a comment that was published on a case of its conversations. */
trigger CasebridgeOnComment on CaseComment (after insert, after update) {
    try {
        CasebridgeNotice.onComments(Trigger.new, Trigger.oldMap);
    } catch (Exception problem) {
        // Nobody's save fails for this: Casebridge finds the comment when it polls.
        System.debug(LoggingLevel.WARN, 'Casebridge was not told: ' + problem.getMessage());
    }
}
