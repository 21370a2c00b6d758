using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace ServiceDefaults.Requests;

/// <summary>
/// The party on whose behalf a request reaches a service: a customer, an operator, another app of the platform, or an anonymous visitor of
/// the edge. The edge and the calling service name it in the header <c>X-Caller</c>, which no client can set: only an app's own sidecar
/// reaches the app (<see cref="AppToken"/>), and the edge drops what a client sends under this name. A request without it is refused
/// (<see cref="CallerRules"/>).
/// </summary>
public abstract record Caller
{
    public const string Header = "X-Caller";

    /// <summary>The header that names the app which sends the request, for logs; it decides nothing.</summary>
    public const string ServiceHeader = "X-Service-Name";

    /// <summary>The longest name of a customer or operator, in characters.</summary>
    public const int MaxNameLength = 100;

    private Caller() { }

    public sealed record Customer(string Id) : Caller
    {
        public override string ToString() => $"customer:{Encode(Id)}";
    }

    public sealed record Operator(string Name) : Caller
    {
        public override string ToString() => $"operator:{Encode(Name)}";
    }

    public sealed record App(string Id) : Caller
    {
        public override string ToString() => $"app:{Encode(Id)}";
    }

    public sealed record Anonymous : Caller
    {
        public override string ToString() => "anonymous";
    }

    /// <summary>The name of the operator; null for any other caller.</summary>
    public string? OperatorName => (this as Operator)?.Name;

    /// <summary>The id of the customer; null for any other caller.</summary>
    public string? CustomerId => (this as Customer)?.Id;

    /// <summary>True for a name that a caller can have: 1 to 100 visible characters.</summary>
    public static bool IsName(string? name) => VisibleText.IsValid(name, MaxNameLength);

    /// <summary>False for a customer and the property of another: the answer is 404, because a 403 would say that it exists.</summary>
    public bool MaySee(string? owner) => this is not Customer customer || customer.Id == owner;

    /// <summary>Null if the header is missing, repeated or malformed.</summary>
    public static Caller? Parse(StringValues header)
    {
        if (header is not [{ } text])
        {
            return null;
        }
        if (text == "anonymous")
        {
            return new Anonymous();
        }
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || Uri.UnescapeDataString(text[(colon + 1)..]) is not { } name || !IsName(name))
        {
            return null;
        }
        return text[..colon] switch
        {
            "customer" => new Customer(name),
            "operator" => new Operator(name),
            "app" => new App(name),
            _ => null,
        };
    }

    /// <summary>Binds a parameter of an endpoint. The rules have run before, so there is a caller.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context) => ValueTask.FromResult<Caller?>(Of(context));

    /// <exception cref="InvalidOperationException">The endpoint is reached without <see cref="CallerRules"/>.</exception>
    public static Caller Of(HttpContext context) =>
        context.Features.Get<Caller>() ?? throw new InvalidOperationException("the caller of this request was not checked");

    /// <summary>Visible ASCII stays; everything else, and the escape character itself, becomes percent-encoded UTF-8.</summary>
    private static string Encode(string name)
    {
        var encoded = new StringBuilder(name.Length);
        foreach (var rune in name.EnumerateRunes())
        {
            _ = rune.Value is > ' ' and < 0x7F and not '%'
                ? encoded.Append((char)rune.Value)
                : encoded.Append(Uri.EscapeDataString(rune.ToString()));
        }
        return encoded.ToString();
    }
}
