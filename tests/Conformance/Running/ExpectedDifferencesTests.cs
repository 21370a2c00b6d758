using System.Reflection;

namespace Conformance.Running;

/// <summary>The list of expected differences itself: a name without a case would hide that its difference is gone.</summary>
public sealed class ExpectedDifferencesTests
{
    [Fact]
    public void Every_listed_difference_names_an_existing_case() => Assert.All(ExpectedDifferences.Reasons.Keys, name =>
        {
            var parts = name.Split('(')[0].Split('.');
            var type = Assembly.GetExecutingAssembly().GetType(string.Join('.', parts[..^1]));
            Assert.True(type?.GetMethod(parts[^1]) is not null, $"ExpectedDifferences.txt lists {name}, which is no test");
        });
}
