namespace Dapr.Workflow.Tests.Replay;

/// <summary>Failures as code reads them, also those that code has made itself.</summary>
public sealed class FailureDetailsTests
{
    [Fact]
    public void What_is_missing_is_told_to_who_reads_it()
    {
        var details = new WorkflowTaskFailureDetails(null!, null!);

        Assert.Throws<ArgumentNullException>(() => details.ErrorType);
        Assert.Throws<ArgumentNullException>(() => details.ErrorMessage);
        Assert.False(details.IsCausedBy<Exception>());
    }

    [Fact]
    public void A_failure_is_of_its_type_and_of_those_it_derives_from()
    {
        var details = new WorkflowTaskFailureDetails(typeof(InvalidOperationException).FullName!, "boom", "at somewhere");

        Assert.True(details.IsCausedBy<InvalidOperationException>() && details.IsCausedBy<Exception>());
        Assert.False(details.IsCausedBy<ArgumentException>());
        Assert.Equal(("System.InvalidOperationException: boom", "at somewhere"), (details.ToString(), details.StackTrace));
    }
}
