namespace Dapr.Workflow.Tests.Surface;

public sealed class SurfaceTests
{
    private static readonly string[] Exceptions = [.. SurfaceList.Exceptions("Scope.md")];

    private static readonly string[] Listed = [.. SurfaceList.Read("dapr-workflow-api.txt").Except(Exceptions)];

    private static readonly string[] Offered = [.. Signatures.Of(typeof(DaprWorkflowClient).Assembly).Except(Exceptions)];

    [Fact]
    public void Every_member_of_the_package_is_offered_as_it_is() => Assert.Empty(Listed.Except(Offered));

    [Fact]
    public void Nothing_is_public_that_the_package_does_not_have() => Assert.Empty(Offered.Except(Listed));

    [Fact]
    public void The_list_is_read() => Assert.True(Listed.Length > 200, $"only {Listed.Length} lines were read");
}
