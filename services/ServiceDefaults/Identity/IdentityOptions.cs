namespace ServiceDefaults.Identity;

/// <summary>
/// The accepted tokens (<c>Identity:*</c>). With <see cref="Authority"/> those of an OpenID Connect provider; without, tokens signed with
/// the key that the Dapr secret store <see cref="SecretStore"/> holds under <see cref="SecretName"/>.
/// </summary>
public sealed record IdentityOptions
{
    public string? Authority { get; init; }
    public string Issuer { get; init; } = "order-platform";
    public string Audience { get; init; } = "order-platform";
    public string SecretStore { get; init; } = "secrets";
    public string SecretName { get; init; } = "jwt-signing-key";

    /// <summary>The lifetime of a token of the development endpoint.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(8);
}
