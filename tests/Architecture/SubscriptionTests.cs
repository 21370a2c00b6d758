using YamlDotNet.RepresentationModel;

namespace Architecture;

/// <summary>Subscriptions are declared once for all component sets, and no undeliverable event is lost.</summary>
public sealed class SubscriptionTests
{
    private const string DeadLetters = "-dead-letters";

    private static readonly IReadOnlyList<(string File, YamlMappingNode Yaml)> Subscriptions =
    [
        .. Repository
            .Files.Where(file =>
                file.StartsWith("components/", StringComparison.Ordinal) && file.EndsWith(".yaml", StringComparison.Ordinal)
            )
            .Select(file => (file, Repository.Yaml(file)))
            .Where(one => Text(one.Item2, "kind") == "Subscription"),
    ];

    public static TheoryData<string> Files => [.. Subscriptions.Select(one => one.File)];

    [Fact]
    public void There_are_subscriptions_to_check() =>
        Assert.True(Subscriptions.Count >= 10, string.Join(' ', Subscriptions.Select(one => one.File)));

    [Theory]
    [MemberData(nameof(Files))]
    public void A_subscription_is_called_like_its_file_and_belongs_to_one_app(string file)
    {
        var yaml = Of(file);
        Assert.Equal(Repository.Name(file), Text((YamlMappingNode)yaml["metadata"], "name"));
        Assert.Single((YamlSequenceNode)yaml["scopes"]);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_subscription_has_a_subscribed_dead_letter_topic_and_a_default_route(string file)
    {
        var spec = (YamlMappingNode)Of(file)["spec"];
        Assert.True(
            ((YamlMappingNode)spec["routes"]).Children.ContainsKey("default"),
            "without a default route unused events become dead letters"
        );
        if (Text(spec, "topic").EndsWith(DeadLetters, StringComparison.Ordinal))
        {
            Assert.False(spec.Children.ContainsKey("deadLetterTopic"), "dead letters are delivered until they are kept");
            return;
        }
        var app = ((YamlScalarNode)((YamlSequenceNode)Of(file)["scopes"])[0]).Value;
        Assert.Equal($"{app}{DeadLetters}", Text(spec, "deadLetterTopic"));
        Assert.Contains(Subscriptions, one => Text((YamlMappingNode)one.Yaml["spec"], "topic") == $"{app}{DeadLetters}");
    }

    private static YamlMappingNode Of(string file) => Subscriptions.Single(one => one.File == file).Yaml;

    private static string Text(YamlMappingNode map, string key) =>
        map.Children.TryGetValue(key, out var value) && value is YamlScalarNode text ? text.Value! : "";
}
