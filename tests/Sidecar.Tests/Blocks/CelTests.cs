using System.Text.Json.Nodes;
using Sidecar.Cel;

namespace Sidecar.Tests.Blocks;

public sealed class CelTests
{
    private static readonly JsonObject Event = JsonNode.Parse("""{"type":"order.created","data":{"total":120,"items":[{"id":"a"},{"id":"b"}],"name":"Ann","ok":true,"none":null}}""")!.AsObject();

    [Theory]
    [InlineData("event.type == 'order.created'", true)]
    [InlineData("event.type == \"x\"", false)]
    [InlineData("event.data.total > 100 && event.data.total <= 120.0", true)]
    [InlineData("event.data.total == 120", true)]
    [InlineData("event.data.total * 2.0 + 1.0 - 1.0 > 239", true)]
    [InlineData("event.data.total / 7.0 > 17", true)]
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
    public void An_expression_holds_or_not(string text, bool holds) => Assert.Equal(holds, CelExpression.Parse(text).Holds("event", Event));

    [Theory]
    [InlineData("event.data.missing == 1", "no such key: missing")]
    [InlineData("event.type", "does not yield true or false")]
    [InlineData("event.type > 1", "no such overload")]
    [InlineData("other.type == 'x'", "undeclared reference to 'other'")]
    [InlineData("1 / 0 == 1", "division by zero")]
    [InlineData("9223372036854775807 + 1 > 0", "leaves the range of whole numbers")]
    [InlineData("event.type.matches('(')", "has a pattern that can't be read")]
    [InlineData("event.data.total * 2 == 240", "no such overload for '*'")]
    [InlineData("event.data.items[7].id == 'x'", "index out of bounds")]
    public void What_cannot_be_evaluated_says_why(string text, string reason)
        => Assert.Contains(reason, Assert.Throws<CelException>(() => CelExpression.Parse(text).Holds("event", Event)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("event.type ==", 14)]
    [InlineData("(event.type", 12)]
    [InlineData("event.type = 'x'", 12)]
    [InlineData("'open", 6)]
    public void What_cannot_be_read_says_where(string text, int position)
        => Assert.Contains($"at position {position} of", Assert.Throws<CelException>(() => CelExpression.Parse(text)).Message, StringComparison.Ordinal);
}
