using System.Text.Json.Nodes;
using Sidecar.Cel;

namespace Sidecar.Tests.Blocks;

public sealed class CelTests
{
    private static readonly JsonObject Event = JsonNode
        .Parse("""{"type":"order.created","data":{"total":120,"items":[{"id":"a"},{"id":"b"}],"name":"Ann","ok":true,"none":null}}""")!
        .AsObject();

    [Theory]
    [InlineData("event.type == 'order.created'", true)]
    [InlineData("event.type == \"x\"", false)]
    [InlineData("event.data.total > 100 && event.data.total <= 120.0", true)]
    [InlineData("event.data.total == 120", true)]
    [InlineData("event.data.total * 2.0 + 1.0 - 1.0 > 239.0", true)]
    [InlineData("event.data.total / 7.0 > 17.0", true)]
    [InlineData("7 / 2 == 3 && 7 % 4 == 3", true)]
    [InlineData("event.type in ['order.created', 'order.paid']", true)]
    [InlineData("'total' in event.data", true)]
    [InlineData("has(event.data.total) && !has(event.data.missing)", true)]
    [InlineData("event.data['name'].startsWith('A') && event.type.endsWith('created') && event.type.contains('.')", true)]
    [InlineData("event.type.matches('^order\\\\.[a-z]+$')", true)]
    [InlineData("event.data.items[1].id == 'b' && size(event.data.items) == 2", true)]
    [InlineData("event.data.items.exists(item, item.id == 'a')", true)]
    [InlineData("event.data.items.all(item, item.id == 'a')", false)]
    [InlineData("event.data.total > 1000 ? false : true", true)]
    [InlineData("event.data.none == null", true)]
    [InlineData("event.data.missing == 1 || event.data.ok", true)]
    [InlineData("event.data.ok || event.data.missing == 1", true)]
    [InlineData("event.data.missing == 1 && false", false)]
    [InlineData("-1 < 0 && !(1 > 2)", true)]
    [InlineData("[1, 2] == [1, 2] && {'a': 1} == {'a': 1}", true)]
    public void An_expression_returns_true_or_false(string text, bool holds) =>
        Assert.Equal(holds, CelExpression.Parse(text).Holds("event", Event));

    [Theory]
    [InlineData("event.data.missing == 1", "no such key: missing")]
    [InlineData("event.type", "does not return true or false")]
    [InlineData("event.type > 1", "no such overload")]
    [InlineData("other.type == 'x'", "undeclared reference to 'other'")]
    [InlineData("1 / 0 == 1", "division by zero")]
    [InlineData("9223372036854775807 + 1 > 0", "integer overflow")]
    [InlineData("event.type.matches('(')", "pattern '(' is refused")]
    [InlineData("event.data.total * 2 == 240", "no such overload for '*'")]
    [InlineData("event.data.items[7].id == 'x'", "index out of bounds")]
    public void A_failed_evaluation_contains_the_reason(string text, string reason) =>
        Assert.Contains(
            reason,
            Assert.Throws<CelException>(() => CelExpression.Parse(text).Holds("event", Event)).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("event.type ==", 14)]
    [InlineData("(event.type", 12)]
    [InlineData("event.type = 'x'", 12)]
    [InlineData("'open", 1)]
    public void A_syntax_error_contains_the_position(string text, int position) =>
        Assert.Contains(
            $"at position {position} of",
            Assert.Throws<CelException>(() => CelExpression.Parse(text)).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("1 + 2.0 == 3.0", "no overload of '+' takes (int, double)")]
    [InlineData("event.type.lowerAscii() == 'x'", "there is no function 'lowerAscii'")]
    [InlineData("9223372036854775808 > 0", "int '9223372036854775808' is out of range")]
    [InlineData("has(event)", "has() takes a field")]
    public void A_rule_with_wrong_types_is_refused_when_it_is_parsed(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<CelException>(() => CelExpression.Parse(text)).Message, StringComparison.Ordinal);

    /// <summary>Stack overflow cannot be caught: it would end the sidecar of every app.</summary>
    [Fact]
    public void A_rule_that_is_too_deep_or_too_long_is_refused()
    {
        Assert.Throws<CelException>(() => CelExpression.Parse(new string('(', 100_000)));
        Assert.Throws<CelException>(() => CelExpression.Parse(string.Concat(Enumerable.Repeat("1+", 100_000)) + "1 > 0"));
        Assert.True(CelExpression.Parse(string.Concat(Enumerable.Repeat("1+", 4_000)) + "1 > 0").Holds("event", Event));
        Assert.True(CelExpression.Parse(string.Concat(Enumerable.Repeat("event.type == 'x' || ", 1_000)) + "true").Holds("event", Event));
    }

    [Fact]
    public void A_pattern_with_nested_repeats_takes_linear_time()
    {
        var rule = CelExpression.Parse("event.data.matches('^(a+)+$')");
        Assert.False(rule.Holds("event", new JsonObject { ["data"] = new string('a', 50_000) + "!" }));
    }
}
