using System.Text.Json;
using ServiceDefaults.Events;

namespace ServiceDefaults.Tests;

public sealed class EventTextTests
{
    /// <summary>An exception here would fail the whole bulk that such an event arrives in.</summary>
    [Theory]
    [InlineData("""{"id":"7"}""", "7")]
    [InlineData("""{"id":"\ud800"}""", null)]
    [InlineData("""{"id":7}""", null)]
    [InlineData("""{"id":null}""", null)]
    [InlineData("{}", null)]
    [InlineData("[]", null)]
    [InlineData("null", null)]
    public void An_attribute_is_text_or_missing(string envelope, string? expected) =>
        Assert.Equal(expected, EventText.Of(JsonDocument.Parse(envelope).RootElement, "id"));
}
